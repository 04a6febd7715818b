package io.sinkron.examples.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Three network namespaces of Linux on one bridge, where packets of one direction can be thrown away. Needs root, and iproute2's {@code ip}. The bridge's
 * own address is the clients': they reach every node all the time.
 */
final class Namespaces implements ServerProcesses.Hosts, AutoCloseable {
    private static final int COUNT = ServerProcesses.COUNT;

    private final String name = "sk" + ProcessHandle.current().pid() % 100_000;
    private final List<String> made = new ArrayList<>();

    Namespaces() throws IOException {
        ip("link add " + bridge() + " type bridge");
        ip("addr add 10.213.77.254/24 dev " + bridge());
        ip("link set " + bridge() + " up");
        for (int i = 0; i < COUNT; i++) {
            String space = space(i);
            ip("netns add " + space);
            made.add(space);
            ip("link add " + space + "v type veth peer name eth0 netns " + space);
            ip("link set " + space + "v master " + bridge() + " up");
            ip("-n " + space + " addr add " + address(i) + "/24 dev eth0");
            ip("-n " + space + " link set eth0 up");
            ip("-n " + space + " link set lo up");
        }
    }

    private String bridge() {
        return name + "br";
    }

    private String space(int index) {
        return name + "n" + index;
    }

    private static void ip(String arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments.split(" ")));
        Process ip = new ProcessBuilder(command).inheritIO().start();
        assertEquals(0, ip.onExit().join().exitValue(), () -> "status of ip " + arguments);
    }

    @Override
    public String address(int index) {
        return "10.213.77." + (index + 1);
    }

    @Override
    public List<String> command(int index) {
        return List.of("ip", "netns", "exec", space(index));
    }

    /** From now on no packet of one node gets to the other; those of the other still come. */
    void cut(int from, int to) throws IOException {
        ip("-n " + space(from) + " route add blackhole " + address(to) + "/32");
    }

    void heal(int from, int to) throws IOException {
        ip("-n " + space(from) + " route del blackhole " + address(to) + "/32");
    }

    @Override
    public void close() throws IOException {
        for (String space : made) {
            ip("netns del " + space);
        }
        ip("link del " + bridge());
    }
}
