/** JMH benchmarks. */
package io.sinkron.benchmarks;
