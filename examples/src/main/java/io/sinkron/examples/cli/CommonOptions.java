package io.sinkron.examples.cli;

import picocli.CommandLine.Option;

/** What every command takes. */
final class CommonOptions {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Properties file with options; its keys are the options without the dashes.")
    private String config;

    @Option(names = "--help", usageHelp = true, description = "Shows this text.")
    private boolean help;
}
