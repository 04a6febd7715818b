/**
 * Floor 3: the one binary codec for the messages, commands, answers and snapshots of all packages below. A byte names the type, integers are
 * varints, every length is compared with what is left before anything is allocated. Whatever bytes come in, the only exception is
 * {@link io.sinkron.spi.MalformedMessageException}, and what decodes encodes to the same bytes again.
 */
package io.sinkron.wire;
