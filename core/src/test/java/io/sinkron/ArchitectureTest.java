package io.sinkron;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import com.tngtech.archunit.library.Architectures;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Holds the floors, the purity of the machines, and the freedom from circles, over the compiled classes. */
class ArchitectureTest {
    private static final JavaClasses CORE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.sinkron");

    private static final String[] PURE = {
        "io.sinkron.common",
        "io.sinkron.raft",
        "io.sinkron.lock",
        "io.sinkron.queue",
        "io.sinkron.cache",
        "io.sinkron.cluster",
        "io.sinkron.wire",
        "io.sinkron.node"
    };

    /** A local hit runs on the reader's thread; its lossy touch picks a stripe by that thread's id. The machine never does. */
    private static final String READ_BY_ANY_THREAD = "TouchBuffers";

    @Test
    void arrowsBetweenFloorsOnlyPointDown() {
        Architectures.layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("root")
                .definedBy("io.sinkron")
                .layer("runtime")
                .definedBy("io.sinkron.runtime")
                .layer("node")
                .definedBy("io.sinkron.node")
                .layer("wire")
                .definedBy("io.sinkron.wire")
                .layer("machines")
                .definedBy("io.sinkron.raft", "io.sinkron.lock", "io.sinkron.queue", "io.sinkron.cache")
                .layer("cluster")
                .definedBy("io.sinkron.cluster")
                .layer("wal")
                .definedBy("io.sinkron.wal")
                .layer("spi")
                .definedBy("io.sinkron.spi")
                .layer("common")
                .definedBy("io.sinkron.common")
                .whereLayer("root")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("runtime")
                .mayOnlyBeAccessedByLayers("root")
                .whereLayer("node")
                .mayOnlyBeAccessedByLayers("root", "runtime")
                .whereLayer("wire")
                .mayOnlyBeAccessedByLayers("root", "runtime", "node")
                .whereLayer("machines")
                .mayOnlyBeAccessedByLayers("root", "runtime", "node", "wire")
                .whereLayer("cluster")
                .mayOnlyBeAccessedByLayers("root", "runtime", "node", "wire", "machines")
                .whereLayer("wal")
                .mayOnlyBeAccessedByLayers("root", "runtime")
                .whereLayer("spi")
                .mayOnlyBeAccessedByLayers("root", "runtime", "node", "wire", "machines", "cluster", "wal")
                .check(CORE);
    }

    @Test
    void theMachinesDoNotKnowEachOther() {
        slices().matching("io.sinkron.(raft|lock|queue|cache)")
                .should()
                .notDependOnEachOther()
                .check(CORE);
    }

    @Test
    void packagesFormNoCircle() {
        slices().matching("io.sinkron.(*)..").should().beFreeOfCycles().check(CORE);
    }

    @Test
    void filesFormNoCircle() {
        FileGraph graph = new FileGraph();
        for (JavaClass type : CORE) {
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                graph.add(file(type), file(dependency.getTargetClass()));
            }
        }
        assertEquals(List.of(), graph.circles());
    }

    private static String file(JavaClass type) {
        JavaClass top = type.getBaseComponentType();
        while (top.getEnclosingClass().isPresent()) {
            top = top.getEnclosingClass().get();
        }
        return top.getFullName();
    }

    @Test
    void machinesHaveNoThreadLockFutureClockOrInput() {
        noClasses()
                .that()
                .resideInAnyPackage(PURE)
                .and()
                .doNotHaveSimpleName(READ_BY_ANY_THREAD)
                .should()
                .dependOnClassesThat(new Impure())
                .check(CORE);
    }

    @Test
    void machinesAskNoClockAndNoUnseededGenerator() {
        ArchRuleDefinition.classes()
                .that()
                .resideInAnyPackage(PURE)
                .should(new CallNothingImpure())
                .check(CORE);
    }

    @Test
    void machinesAreNeverSynchronized() {
        ArchRuleDefinition.noMethods()
                .that()
                .areDeclaredInClassesThat()
                .resideInAnyPackage(PURE)
                .should()
                .haveModifier(com.tngtech.archunit.core.domain.JavaModifier.SYNCHRONIZED)
                .check(CORE);
    }

    @Test
    void nothingDeserializesJavaObjects() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.io.ObjectInputStream")
                .check(CORE);
    }

    @Test
    void onlyLoggingComesFromOutside() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideOutsideOfPackages("java..", "io.sinkron..", "org.slf4j..")
                .check(CORE);
    }

    /** Types that bring threads, locks, futures, clocks, I/O, logging or randomness of their own. */
    private static final class Impure extends DescribedPredicate<JavaClass> {
        private static final Set<String> BANNED = Set.of(
                "java.lang.Thread",
                "java.util.Random",
                "java.util.UUID",
                "java.util.Timer",
                "java.time.Clock",
                "java.time.Instant",
                "java.time.LocalDateTime",
                "java.util.concurrent.ThreadLocalRandom",
                "java.util.concurrent.CompletableFuture",
                "java.util.concurrent.CompletionStage",
                "java.util.concurrent.Future",
                "java.util.concurrent.Executor",
                "java.util.concurrent.ExecutorService");

        Impure() {
            super("are threads, locks, futures, clocks, I/O, loggers or unseeded randomness");
        }

        @Override
        public boolean test(JavaClass type) {
            String name = type.getFullName();
            return BANNED.contains(name)
                    || name.startsWith("java.io.")
                            && !name.equals("java.io.Serializable")
                            && !name.equals("java.io.PrintStream")
                    || name.startsWith("java.nio.channels.")
                    || name.startsWith("java.nio.file.")
                    || name.startsWith("java.net.")
                    || name.startsWith("java.util.concurrent.locks.")
                    || name.startsWith("org.slf4j.");
        }
    }

    private static final class CallNothingImpure extends ArchCondition<JavaClass> {
        private static final Map<String, Set<String>> BANNED = new HashMap<>();

        static {
            BANNED.put(
                    "java.lang.System",
                    new HashSet<>(
                            Set.of("nanoTime", "currentTimeMillis", "identityHashCode", "getenv", "getProperty")));
            BANNED.put("java.lang.Math", new HashSet<>(Set.of("random")));
        }

        CallNothingImpure() {
            super("ask no clock, no environment and no unseeded generator");
        }

        @Override
        public void check(JavaClass type, ConditionEvents events) {
            for (JavaMethodCall call : type.getMethodCallsFromSelf()) {
                Set<String> banned = BANNED.get(call.getTargetOwner().getFullName());
                if (banned != null && banned.contains(call.getName())) {
                    events.add(SimpleConditionEvent.violated(call, call.getDescription()));
                }
            }
        }
    }
}
