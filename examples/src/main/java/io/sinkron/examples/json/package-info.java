/**
 * Bodies in and out: {@link io.sinkron.examples.json.JsonReader} checks a request's body to the letter and hands out its fields by name and
 * type, each failure naming the field by its path ({@code messages[2].priority}); {@link io.sinkron.examples.json.JsonWriter} writes answers.
 * Built on Jackson's streaming parser and generator, with every limit set here: nesting, length of numbers, duplicate members, lone
 * surrogates. Knows nothing of HTTP or of the library.
 */
package io.sinkron.examples.json;
