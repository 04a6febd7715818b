package io.sinkron.examples.cli;

import java.net.URI;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What every client command takes. */
final class ClientOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Mixin
    private CommonOptions common;

    @Option(
            names = "--url",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:8081",
            description = "Any node's HTTP API. Default: ${DEFAULT-VALUE}")
    private String url;

    /** A client of that node. */
    ApiClient client() {
        URI uri;
        try {
            uri = URI.create(url);
        } catch (IllegalArgumentException e) {
            throw wrong();
        }
        if (!"http".equals(uri.getScheme()) || uri.getHost() == null) {
            throw wrong();
        }
        return new ApiClient(url.endsWith("/") ? url.substring(0, url.length() - 1) : url);
    }

    private ParameterException wrong() {
        CommandLine line = spec.commandLine();
        return new ParameterException(line, "Invalid value for option '--url': '" + url + "' is no http URL");
    }
}
