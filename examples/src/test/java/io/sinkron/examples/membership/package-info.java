/** A cluster whose members come, go and are replaced under load: real logs on disk, real TCP, several nodes of this process. */
package io.sinkron.examples.membership;
