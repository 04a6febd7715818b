package io.sinkron.cache;

import io.sinkron.cache.CacheRequest.Durability;
import io.sinkron.cache.Setup.Stage;
import io.sinkron.cache.World.Letter;
import io.sinkron.cache.World.Packet;
import io.sinkron.cache.World.Question;
import io.sinkron.cache.World.Reply;
import io.sinkron.common.NodeId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * States that differ in the names of the nodes only are one: whatever can happen in one of them happens in the other under the other names. The
 * canonical form of a state is the least of all that renaming gives (Ip and Dill, "Better Verification through Symmetry", 1996). Names may be
 * exchanged where nothing tells the nodes apart: the home is itself, and so is who leaves a view, starts anew or isn't called; and as long as there
 * are backups, who holds whose.
 */
final class Symmetry {
    private static final List<Integer> MASKS = List.of(
            World.INSTALLED,
            World.PREPARED,
            World.ACTIVE,
            World.CRASHED,
            World.EXPIRED,
            World.ASLEEP,
            World.ELAPSED,
            World.READER);

    private final List<int[]> permutations = new ArrayList<>();
    private final List<Map<NodeId, NodeId>> renamings = new ArrayList<>();
    private final Map<Encoding, Integer> forms = new HashMap<>();
    private final List<int[]> packets = new ArrayList<>();

    private record Encoding(byte[] bytes) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Encoding that && Arrays.equals(bytes, that.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }
    }

    /** All renamings that the setup allows, the one that changes nothing first. */
    Symmetry(Setup setup, List<NodeId> ids) {
        int[] names = new int[setup.nodes()];
        for (int i = 0; i < names.length; i++) {
            names[i] = i;
        }
        permute(setup, names, 0);
        for (int[] permutation : permutations) {
            Map<NodeId, NodeId> renaming = new HashMap<>();
            for (int i = 0; i < names.length; i++) {
                renaming.put(ids.get(i), ids.get(permutation[i]));
            }
            renamings.add(renaming);
        }
    }

    private void permute(Setup setup, int[] names, int from) {
        if (from == names.length) {
            if (isAllowed(setup, names)) {
                permutations.add(names.clone());
            }
            return;
        }
        for (int i = from; i < names.length; i++) {
            swap(names, from, i);
            permute(setup, names, from + 1);
            swap(names, from, i);
        }
    }

    private static void swap(int[] names, int a, int b) {
        int name = names[a];
        names[a] = names[b];
        names[b] = name;
    }

    private static boolean isAllowed(Setup setup, int[] names) {
        boolean isAllowed = mask(setup.clients(), names) == setup.clients();
        for (Stage stage : setup.stages()) {
            isAllowed &= mask(stage.members(), names) == stage.members()
                    && mask(stage.restarted(), names) == stage.restarted()
                    && names[stage.home()] == stage.home();
            if (setup.durability() == Durability.BACKED_UP) {
                for (int writer = 0; writer < names.length; writer++) {
                    if (setup.isClient(writer) && (stage.members() >> writer & 1) != 0) {
                        int holder = holder(stage.members(), writer);
                        isAllowed &= holder < 0 || names[holder] == holder(stage.members(), names[writer]);
                    }
                }
            }
        }
        return isAllowed;
    }

    /** Who holds a writer's backups: see {@link Replica.FixedPlacement}. */
    private static int holder(int members, int writer) {
        int others = members & ~(1 << writer);
        return others == 0 ? -1 : Integer.numberOfTrailingZeros(others);
    }

    private static int mask(int bits, int[] names) {
        int renamed = 0;
        for (int i = 0; i < names.length; i++) {
            renamed |= (bits >> i & 1) << names[i];
        }
        return renamed;
    }

    /** How many renamings there are; one if no two nodes are alike. */
    int size() {
        return permutations.size();
    }

    /** The number of a node's encoding under each renaming; equal for equal encodings, whichever node they are of. */
    int[] forms(CacheNode node, boolean isElapsed) {
        int[] numbers = new int[size()];
        for (int i = 0; i < numbers.length; i++) {
            Encoding encoding = new Encoding(StateEncoder.encode(node, renamings.get(i), isElapsed));
            Integer known = forms.putIfAbsent(encoding, forms.size());
            numbers[i] = known == null ? forms.size() - 1 : known;
        }
        return numbers;
    }

    /** The form of a state that all share which differ from it in names only; the state itself where there is no symmetry. */
    int[] canonical(World world, int[] state) {
        if (size() == 1) {
            return state;
        }
        int[] least = null;
        for (int renaming = 0; renaming < size(); renaming++) {
            int[] form = renamed(world, state, renaming);
            if (least == null || Arrays.compare(form, least) < 0) {
                least = form;
            }
        }
        return least;
    }

    private int[] renamed(World world, int[] state, int renaming) {
        int[] names = permutations.get(renaming);
        int[] form = state.clone();
        for (int mask : MASKS) {
            form[mask] = mask(state[mask], names);
        }
        form[World.CALLS] = 0;
        for (int node = 0; node < names.length; node++) {
            form[World.CALLS] |= (state[World.CALLS] >> 4 * node & 15) << 4 * names[node];
            form[World.NODES + names[node]] = world.form(state, node, renaming);
        }
        int first = World.NODES + names.length;
        for (int i = first; i < state.length; i++) {
            form[i] = renamedPacket(world, state[i], renaming);
        }
        Arrays.sort(form, first, form.length);
        return form;
    }

    private int renamedPacket(World world, int number, int renaming) {
        while (packets.size() <= number) {
            packets.add(null);
        }
        int[] known = packets.get(number);
        if (known == null) {
            known = new int[size()];
            for (int i = 0; i < known.length; i++) {
                known[i] = world.number(renamed(world.packet(number), permutations.get(i)));
            }
            packets.set(number, known);
        }
        return known[renaming];
    }

    private static Packet renamed(Packet packet, int[] names) {
        if (packet instanceof Letter letter) {
            return new Letter(names[letter.from()], names[letter.to()], letter.message());
        } else if (packet instanceof Question question) {
            return new Question(names[question.from()], question.isOfCrashed(), question.operation(), question.op());
        }
        Reply reply = (Reply) packet;
        return new Reply(names[reply.to()], reply.operation(), reply.answer());
    }
}
