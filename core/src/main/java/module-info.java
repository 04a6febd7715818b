/** The core of Sinkron. */
module io.sinkron.core {
    requires org.slf4j;
}
