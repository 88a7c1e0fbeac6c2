package io.nvmelm.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import java.lang.module.ModuleDescriptor.Exports;
import java.nio.channels.NetworkChannel;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.stream.Collectors;

/// What of the JDK and of other libraries is used, and where.
final class PlatformRules {
    private static final DescribedPredicate<JavaClass> LIBRARY = resideInAPackage(Room.LIBRARY + "..");
    private static final DescribedPredicate<JavaClass> JSPECIFY = resideInAPackage("org.jspecify.annotations");
    private static final DescribedPredicate<JavaClass> TEST_LIBRARIES = resideInAnyPackage(
            "org.junit..", "org.opentest4j..", "org.apiguardian..", "org.assertj..", "org.mockito..");
    private static final Set<String> RESTRICTED_CALLS = Set.of(
            "java.lang.foreign.MemorySegment.reinterpret",
            "java.lang.foreign.AddressLayout.withTargetLayout",
            "java.lang.System.load",
            "java.lang.System.loadLibrary",
            "java.lang.Runtime.load",
            "java.lang.Runtime.loadLibrary");
    private static final Set<String> THREAD_STARTS = Set.of(
            "java.lang.Thread.<init>",
            "java.lang.Thread.ofPlatform",
            "java.lang.Thread.ofVirtual",
            "java.lang.Thread.startVirtualThread",
            "java.util.Collection.parallelStream",
            "java.util.stream.BaseStream.parallel");

    static final ArchRule API_USES_JAVA_BASE_ALONE = classes()
            .that(RoomRules.in(Room.API).or(RoomRules.in(Room.NVME)).or(RoomRules.in(Room.SPI)))
            .should()
            .onlyDependOnClassesThat(LIBRARY.or(JSPECIFY).or(exportedBy("java.base")))
            .as("api, nvme and spi use java.base and jspecify alone")
            .allowEmptyShould(true);

    static final ArchRule LIBRARY_USES_THE_JDK_ALONE = classes()
            .that(not(RoomRules.in(Room.MOCK_TESTKIT)))
            .should()
            .onlyDependOnClassesThat(
                    LIBRARY.or(JSPECIFY).or(exportedBy("java.base")).or(exportedBy("jdk.jfr")))
            .as("the library uses java.base, jdk.jfr and jspecify alone, and of them what they export")
            .allowEmptyShould(true);

    static final ArchRule TESTKIT_ALONE_USES_TEST_LIBRARIES = classes()
            .that(RoomRules.in(Room.MOCK_TESTKIT))
            .should()
            .onlyDependOnClassesThat(LIBRARY.or(JSPECIFY).or(exportedBy("java.base")).or(TEST_LIBRARIES))
            .as("transport.mock.testkit uses java.base, jspecify and libraries for tests alone")
            .allowEmptyShould(true);

    static final ArchRule NATIVE_CALLS_HAVE_THEIR_ROOM = noClasses()
            .that(not(RoomRules.in(Room.VFIO_LINUX)))
            .should()
            .dependOnClassesThat(
                    assignableTo("java.lang.foreign.Linker").or(assignableTo("java.lang.foreign.SymbolLookup")))
            .orShould()
            .callMethodWhere(targetAmong(RESTRICTED_CALLS))
            .as("native calls are made in transport.vfio.linux alone")
            .allowEmptyShould(true);

    /// The kernel describes devices by files below `/sys`, which are read where system calls are made.
    static final ArchRule NO_FILES_OR_SOCKETS = noClasses()
            .that(not(RoomRules.in(Room.VFIO_LINUX)))
            .should()
            .dependOnClassesThat(resideInAnyPackage("java.net..", "java.nio.file..")
                    .or(assignableTo(NetworkChannel.class))
                    .or(assignableTo("java.nio.channels.FileChannel"))
                    .or(assignableTo("java.io.File"))
                    .or(assignableTo("java.io.FileDescriptor"))
                    .or(assignableTo("java.io.FileInputStream"))
                    .or(assignableTo("java.io.FileOutputStream"))
                    .or(assignableTo("java.io.RandomAccessFile")))
            .as("files and sockets belong to the embedder, outside transport.vfio.linux")
            .allowEmptyShould(true);

    /// The test kit runs where tests do, and tries what several threads do.
    static final ArchRule NO_THREADS = noClasses()
            .that(not(RoomRules.in(Room.MOCK_TESTKIT)))
            .should()
            .dependOnClassesThat(assignableTo("java.util.concurrent.Executors")
                    .or(assignableTo("java.util.Timer"))
                    .or(assignableTo(ExecutorService.class)))
            .orShould()
            .callCodeUnitWhere(targetAmong(THREAD_STARTS))
            .orShould()
            .callMethodWhere(runsOnAThreadOfTheJdk())
            .as("threads belong to the embedder, outside transport.mock.testkit")
            .allowEmptyShould(true);

    static final ArchRule NO_CONSOLE = noClasses()
            .should(ACCESS_STANDARD_STREAMS)
            .as("nothing is written to the console")
            .allowEmptyShould(true);

    /// JUnit describes the parameters of a test to the test kit by reflection.
    static final ArchRule NO_REFLECTION = noClasses()
            .that(not(RoomRules.in(Room.MOCK_TESTKIT)))
            .should()
            .dependOnClassesThat(resideInAPackage("java.lang.reflect"))
            .orShould()
            .callMethodWhere(reflects())
            .as("there is no reflection, outside transport.mock.testkit")
            .allowEmptyShould(true);

    private PlatformRules() {}

    /// {@return all rules}
    static List<ArchRule> all() {
        return List.of(
                API_USES_JAVA_BASE_ALONE,
                LIBRARY_USES_THE_JDK_ALONE,
                TESTKIT_ALONE_USES_TEST_LIBRARIES,
                NATIVE_CALLS_HAVE_THEIR_ROOM,
                NO_FILES_OR_SOCKETS,
                NO_THREADS,
                NO_CONSOLE,
                NO_REFLECTION);
    }

    /// Packages that a Java module exports to everybody, which leaves out `sun` and `jdk.internal`.
    private static DescribedPredicate<JavaClass> exportedBy(String moduleName) {
        var packages = ModuleLayer.boot().findModule(moduleName).orElseThrow().getDescriptor().exports().stream()
                .filter(exports -> !exports.isQualified())
                .map(Exports::source)
                .collect(Collectors.toUnmodifiableSet());
        return describe("exported by " + moduleName, candidate -> packages.contains(candidate.getPackageName()));
    }

    private static DescribedPredicate<JavaCall<?>> targetAmong(Set<String> names) {
        return describe("the target is among " + names, call -> names.stream().anyMatch(name -> {
            int dot = name.lastIndexOf('.');
            return call.getName().equals(name.substring(dot + 1))
                    && call.getTargetOwner().isAssignableTo(name.substring(0, dot));
        }));
    }

    private static DescribedPredicate<JavaCall<?>> reflects() {
        return describe("a class is looked up or taken apart", call -> call.getTargetOwner().isEquivalentTo(Class.class)
                && (call.getName().equals("forName")
                        || call.getTarget()
                                .getRawReturnType()
                                .getBaseComponentType()
                                .getPackageName()
                                .equals("java.lang.reflect")));
    }

    /// Futures start threads of the JDK when no executor is passed, and always for their time limits.
    private static DescribedPredicate<JavaCall<?>> runsOnAThreadOfTheJdk() {
        return describe("a future would use a thread of the JDK", call -> {
            if (!call.getTargetOwner().isAssignableTo(CompletionStage.class)) {
                return false;
            }
            var parameters = call.getTarget().getRawParameterTypes();
            return switch (call.getName()) {
                case "orTimeout", "completeOnTimeout", "delayedExecutor" -> true;
                default -> call.getName().endsWith("Async")
                        && !parameters.getLast().isEquivalentTo(Executor.class);
            };
        });
    }
}
