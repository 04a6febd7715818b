/** Runnable programs that show the library at work. */
package io.sinkron.examples;
