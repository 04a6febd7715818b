package io.sinkron.examples.cli;

import java.io.InputStream;
import java.io.PrintStream;

/** Where a command writes and reads. */
record Streams(PrintStream out, PrintStream err, InputStream in) {}
