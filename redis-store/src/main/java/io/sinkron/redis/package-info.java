/** A store kept in Redis, over Lettuce. */
package io.sinkron.redis;
