package io.sinkron.raft;

import io.sinkron.common.Bytes;
import io.sinkron.common.NodeId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * A {@link Configuration} as bytes, in log entries and snapshots: a version byte; voters, outgoing, learners and target, each as a count byte
 * and servers (length byte, ASCII name, 8 bytes identity); a count byte and addresses (length byte and name, 2 bytes length and UTF-8).
 */
public final class ConfigurationFormat {
    private static final byte FORMAT = 2;
    private static final int MAX_ADDRESS_BYTES = 1024;

    private ConfigurationFormat() {}

    /** The bytes of a configuration. */
    public static Bytes encode(Configuration configuration) {
        int size = 2;
        List<List<Server>> lists = List.of(
                configuration.voters(), configuration.outgoing(), configuration.learners(), configuration.target());
        for (List<Server> servers : lists) {
            size += 1;
            for (Server server : servers) {
                size += 1 + server.id().value().length() + Long.BYTES;
            }
        }
        List<byte[]> addresses = new ArrayList<>();
        for (var entry : configuration.addresses().entrySet()) {
            byte[] address = entry.getValue().getBytes(StandardCharsets.UTF_8);
            addresses.add(address);
            size += 1 + entry.getKey().value().length() + 2 + address.length;
        }
        ByteBuffer out = ByteBuffer.allocate(size);
        out.put(FORMAT);
        for (List<Server> servers : lists) {
            out.put((byte) servers.size());
            for (Server server : servers) {
                putName(out, server.id());
                out.putLong(server.identity());
            }
        }
        out.put((byte) addresses.size());
        int at = 0;
        for (NodeId id : configuration.addresses().keySet()) {
            putName(out, id);
            byte[] address = addresses.get(at++);
            out.putShort((short) address.length).put(address);
        }
        return Bytes.wrap(out.array());
    }

    private static void putName(ByteBuffer out, NodeId id) {
        byte[] name = id.value().getBytes(StandardCharsets.US_ASCII);
        out.put((byte) name.length).put(name);
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @throws IllegalArgumentException if it isn't that
     */
    public static Configuration decode(Bytes bytes) {
        if (bytes.isEmpty() || bytes.at(0) != FORMAT) {
            throw new IllegalArgumentException("membership in an unknown format: " + bytes);
        }
        ByteBuffer in = ByteBuffer.wrap(bytes.array());
        in.get();
        try {
            List<Server> voters = servers(in);
            List<Server> outgoing = servers(in);
            List<Server> learners = servers(in);
            List<Server> target = servers(in);
            TreeMap<NodeId, String> addresses = new TreeMap<>();
            for (int count = count(in); count > 0; count--) {
                NodeId id = NodeId.of(text(in, in.get(), 64));
                addresses.put(id, text(in, in.getShort(), MAX_ADDRESS_BYTES));
            }
            if (in.hasRemaining()) {
                throw new IllegalArgumentException("membership has " + in.remaining() + " bytes too many");
            }
            return new Configuration(voters, outgoing, learners, target, addresses);
        } catch (java.nio.BufferUnderflowException e) {
            throw new IllegalArgumentException("membership is cut off: " + bytes, e);
        }
    }

    private static List<Server> servers(ByteBuffer in) {
        List<Server> servers = new ArrayList<>();
        for (int count = count(in); count > 0; count--) {
            servers.add(new Server(NodeId.of(text(in, in.get(), 64)), in.getLong()));
        }
        return servers;
    }

    /** A negative count must not pass for none: then two texts would mean one membership. */
    private static int count(ByteBuffer in) {
        int count = in.get();
        if (count < 0) {
            throw new IllegalArgumentException("membership counts " + count + " of something");
        }
        return count;
    }

    private static String text(ByteBuffer in, int length, int max) {
        if (length < 0 || length > max) {
            throw new IllegalArgumentException("membership has a text of " + length + " bytes, allowed are " + max);
        }
        byte[] text = new byte[length];
        in.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }
}
