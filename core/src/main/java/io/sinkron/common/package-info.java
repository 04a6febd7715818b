/**
 * Floor 0: the words that every other package uses: node ids, bytes, the markers of messages, commands and answers, and the
 * refusals that any service may give. Nothing here knows a service. Everything is immutable; the one hash is pure.
 */
package io.sinkron.common;
