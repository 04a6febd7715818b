/**
 * The tests, tried: known mistakes are planted in the production code one at a time, and something must find each. A mistake is a patch in
 * {@code src/test/resources/planted}, applied to a copy of the sources; the production code has no switches for this. {@code docs/verification.md} has the list
 * and the results.
 */
package io.sinkron.transport.inmemory.planted;
