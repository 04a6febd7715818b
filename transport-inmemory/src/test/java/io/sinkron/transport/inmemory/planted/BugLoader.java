package io.sinkron.transport.inmemory.planted;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;

/** All classes of the project anew, those with the bug instead of the real ones; everything else as it is. */
final class BugLoader extends URLClassLoader {
    private static final String OURS = "io.sinkron.";

    /** @param places where to look for our classes, the first that has one wins */
    BugLoader(List<Path> places) {
        super(places.stream().map(BugLoader::url).toArray(URL[]::new), BugLoader.class.getClassLoader());
    }

    private static URL url(Path place) {
        try {
            return place.toUri().toURL();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(OURS)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : findClass(name);
        }
    }
}
