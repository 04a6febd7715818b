/** What the documentation shows is tried. */
package io.sinkron.examples.docs;
