/**
 * The commands of the command line, on picocli: {@code server} and {@code demo} run nodes, the others are clients of the HTTP API.
 * Every option may also come from the environment or from a properties file ({@code OptionSources}). What is called wrongly ends with 2,
 * what fails with 1, each with one line on the error stream.
 */
package io.sinkron.examples.cli;
