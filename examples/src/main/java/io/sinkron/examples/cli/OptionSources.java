package io.sinkron.examples.cli;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import picocli.CommandLine;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * Where options come from when they aren't given: the environment ({@code SINKRON_DATA_DIR} for {@code --data-dir}), then the properties file that
 * {@code --config} names, then the option's own default. A key of the file that no command has as an option is an error; unknown
 * variables of the environment aren't, for others may have set them.
 */
final class OptionSources implements IDefaultValueProvider {
    private static final String CONFIG = "--config";

    private final Map<String, String> environment;
    private final Properties file;

    private OptionSources(Map<String, String> environment, Properties file) {
        this.environment = environment;
        this.file = file;
    }

    /** @throws ParameterException if the file can't be read or has an unknown key */
    static OptionSources of(CommandLine line, String[] arguments, Map<String, String> environment) {
        Properties file = new Properties();
        String path = configPath(arguments, environment);
        if (path != null) {
            try (Reader reader = Files.newBufferedReader(Path.of(path), StandardCharsets.UTF_8)) {
                file.load(reader);
            } catch (IOException | IllegalArgumentException e) {
                throw new ParameterException(
                        line, "Invalid value for option '--config': cannot read '" + path + "': " + e);
            }
            TreeSet<String> known = new TreeSet<>();
            collectNames(line, known);
            for (String key : new TreeSet<>(file.stringPropertyNames())) {
                if (!known.contains(key)) {
                    throw new ParameterException(line, "Unknown option '" + key + "' in the file '" + path + "'");
                }
            }
        }
        return new OptionSources(environment, file);
    }

    private static String configPath(String[] arguments, Map<String, String> environment) {
        for (int i = 0; i < arguments.length && !arguments[i].equals("--"); i++) {
            if (arguments[i].startsWith(CONFIG + "=")) {
                return arguments[i].substring(CONFIG.length() + 1);
            }
            if (arguments[i].equals(CONFIG) && i + 1 < arguments.length) {
                return arguments[i + 1];
            }
        }
        return environment.get("SINKRON_CONFIG");
    }

    private static void collectNames(CommandLine line, TreeSet<String> names) {
        line.getCommandSpec().options().forEach(option -> {
            if (isSettable(option)) {
                names.add(key(option));
            }
        });
        line.getSubcommands().values().forEach(command -> collectNames(command, names));
    }

    private static boolean isSettable(OptionSpec option) {
        return !option.usageHelp()
                && !option.versionHelp()
                && !option.longestName().equals(CONFIG);
    }

    private static String key(OptionSpec option) {
        return option.longestName().substring("--".length());
    }

    @Override
    public String defaultValue(ArgSpec argument) {
        if (!(argument instanceof OptionSpec option) || !isSettable(option)) {
            return null;
        }
        String key = key(option);
        String variable = "SINKRON_" + key.toUpperCase(Locale.ROOT).replace('-', '_');
        String fromEnvironment = environment.get(variable);
        return fromEnvironment != null ? fromEnvironment : file.getProperty(key);
    }
}
