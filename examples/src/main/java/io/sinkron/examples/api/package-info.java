/**
 * The routes of the HTTP API (docs/api_spec.yaml) over the services of one node. {@link io.sinkron.examples.api.Api} puts them together; each
 * {@code …Routes} class holds one group: it checks a request to the letter, calls the library once, and writes its answer.
 * {@code Failures} turns what the library reports into RFC 9457 problems.
 *
 * <p>Invariants: nothing here blocks or keeps state between requests; whatever an answer hands out (a lock, deliveries) is given back if the
 * answer can't be written to the client.
 */
package io.sinkron.examples.api;
