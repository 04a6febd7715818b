/** The program as real processes: how it starts, fails and ends, and a cluster of three that loses its leader to {@code kill -9}. */
package io.sinkron.examples.process;
