package io.nvmelm.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.lang.ArchRule;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Each rule refuses code that breaks it, and only for that.
class RulesBiteTest {
    @TempDir Path folder;

    /// A class in each room for each other room, which it uses; made once, since compiling is what takes the time.
    private static JavaClasses usesOfRooms;

    @BeforeAll
    static void useEachRoomInEach(@TempDir Path folder) {
        var sources = new ArrayList<String>();
        for (var room : Room.values()) {
            var start = "package " + room.packageName() + "; ";
            sources.add(start + "public class Used {}");
            for (var other : EnumSet.complementOf(EnumSet.of(room))) {
                sources.add(start + "class Uses" + other.name() + " { " + other.packageName() + ".Used used; }");
            }
        }
        usesOfRooms = SampleCode.compile(folder, sources.toArray(String[]::new));
    }

    /// Wrong code, beside the rule that it breaks.
    ///
    /// @param rule    the rule
    /// @param sources source files, of which the first is wrong
    record Example(ArchRule rule, String... sources) {
        @Override
        public String toString() {
            return rule.getDescription() + ": " + sources[0];
        }
    }

    static List<Example> examples() {
        return List.of(
                new Example(
                        RoomRules.EVERY_CLASS_HAS_A_ROOM,
                        "package io.nvmelm.core.attic; class Box {}"),
                new Example(
                        RoomRules.EVERY_CLASS_HAS_A_ROOM,
                        "package io.nvmelm.core.codec.attic; class Box {}"),
                new Example(
                        RoomRules.PROTOCOL_VALUES_USE_EXCEPTIONS_ONLY,
                        "package io.nvmelm.nvme; class Wrong { io.nvmelm.DeviceState state; }",
                        "package io.nvmelm; public enum DeviceState {}"),
                new Example(
                        RoomRules.CONTROLLERS_KNOW_NO_VFIO_WORD,
                        "package io.nvmelm.core.controller; class Wrong { io.nvmelm.DeviceState state; }",
                        "package io.nvmelm; public enum DeviceState {}"),
                new Example(
                        RoomRules.CONTROLLERS_KNOW_NO_VFIO_WORD,
                        "package io.nvmelm.core.controller; class Wrong { io.nvmelm.MigrationData.Direction d; }",
                        "package io.nvmelm; public interface MigrationData { enum Direction {} }"),
                new Example(
                        RoomRules.MIGRATION_KNOWS_FORMATS_ONLY,
                        "package io.nvmelm.core.migration; class Wrong { io.nvmelm.nvme.ControllerState state; }",
                        "package io.nvmelm.nvme; public class ControllerState {}"),
                new Example(
                        RoomRules.NO_CYCLES_IN_CORE,
                        "package io.nvmelm.core.device; public class There { io.nvmelm.core.migration.Back back; }",
                        "package io.nvmelm.core.migration; public class Back { io.nvmelm.core.device.There there; }"),
                new Example(
                        RoomRules.NO_CYCLES_IN_TRANSPORTS,
                        "package io.nvmelm.transport.mock; public class To { io.nvmelm.transport.mock.guest.Back b; }",
                        "package io.nvmelm.transport.mock.guest; public class Back { io.nvmelm.transport.mock.To t; }"),

                new Example(
                        PlatformRules.API_USES_JAVA_BASE_ALONE,
                        "package io.nvmelm.spi; class Wrong { jdk.jfr.Event event; }"),
                new Example(
                        PlatformRules.LIBRARY_USES_THE_JDK_ALONE,
                        "package io.nvmelm.core.codec; class Wrong { sun.misc.Unsafe unsafe; }"),
                new Example(
                        PlatformRules.LIBRARY_USES_THE_JDK_ALONE,
                        "package io.nvmelm.core.codec; class Wrong { java.util.logging.Logger logger; }"),
                new Example(
                        PlatformRules.LIBRARY_USES_THE_JDK_ALONE,
                        "package io.nvmelm.transport.mock; class Wrong { @org.junit.jupiter.api.Test void test() {} }",
                        "package org.junit.jupiter.api; public @interface Test {}"),
                new Example(
                        PlatformRules.TESTKIT_ALONE_USES_TEST_LIBRARIES,
                        "package io.nvmelm.transport.mock.testkit; class Wrong { java.util.logging.Logger logger; }"),
                new Example(
                        PlatformRules.NATIVE_CALLS_HAVE_THEIR_ROOM,
                        "package io.nvmelm.transport.vfio; class Wrong { java.lang.foreign.Linker linker; }"),
                new Example(
                        PlatformRules.NATIVE_CALLS_HAVE_THEIR_ROOM,
                        "package io.nvmelm.core.codec; class Wrong { java.lang.foreign.SymbolLookup symbols; }"),
                new Example(
                        PlatformRules.NATIVE_CALLS_HAVE_THEIR_ROOM,
                        """
                        package io.nvmelm.core.codec; class Wrong {
                            Object all = java.lang.foreign.MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
                        }
                        """),
                new Example(
                        PlatformRules.NO_FILES_OR_SOCKETS,
                        "package io.nvmelm.core.migration; class Wrong { java.net.Socket socket; }"),
                new Example(
                        PlatformRules.NO_FILES_OR_SOCKETS,
                        "package io.nvmelm.core.migration; class Wrong { java.nio.channels.SocketChannel channel; }"),
                new Example(
                        PlatformRules.NO_FILES_OR_SOCKETS,
                        "package io.nvmelm.core.stream; class Wrong { java.nio.channels.FileChannel channel; }"),
                new Example(
                        PlatformRules.NO_FILES_OR_SOCKETS,
                        "package io.nvmelm.core.stream; class Wrong { Object here = java.nio.file.Path.of(\".\"); }"),
                new Example(
                        PlatformRules.NO_THREADS,
                        "package io.nvmelm.core.controller; class Wrong { Thread thread = new Thread(() -> {}); }"),
                new Example(
                        PlatformRules.NO_THREADS,
                        """
                        package io.nvmelm.core.controller; class Wrong {
                            Object threads = java.util.concurrent.Executors.newCachedThreadPool();
                        }
                        """),
                new Example(
                        PlatformRules.NO_THREADS,
                        """
                        package io.nvmelm.core.controller; class Wrong {
                            Object later = java.util.concurrent.CompletableFuture.supplyAsync(() -> 1);
                        }
                        """),
                new Example(
                        PlatformRules.NO_THREADS,
                        """
                        package io.nvmelm.core.controller; class Wrong {
                            void limit(java.util.concurrent.CompletableFuture<?> future) {
                                future.orTimeout(1, java.util.concurrent.TimeUnit.SECONDS);
                            }
                        }
                        """),
                new Example(
                        PlatformRules.NO_CONSOLE,
                        "package io.nvmelm.core.device; class Wrong { void say() { System.out.println(); } }"),
                new Example(
                        PlatformRules.NO_CONSOLE,
                        "package io.nvmelm.core.device; class Wrong { void say(Error e) { e.printStackTrace(); } }"),
                new Example(
                        PlatformRules.NO_REFLECTION,
                        "package io.nvmelm.core.codec; class Wrong { Object m = Object.class.getMethods(); }"),
                new Example(
                        PlatformRules.NO_REFLECTION,
                        """
                        package io.nvmelm.core.codec; class Wrong {
                            Object load(String name) throws ClassNotFoundException { return Class.forName(name); }
                        }
                        """),

                new Example(
                        ConventionRules.NAMES_SAY_SOMETHING,
                        "package io.nvmelm.core.codec; class ByteUtils {}"),
                new Example(
                        ConventionRules.NAMES_SAY_SOMETHING,
                        "package io.nvmelm.core.device; class Outer { static class SessionManager {} }"),
                new Example(
                        ConventionRules.NAMES_SAY_SOMETHING,
                        "package io.nvmelm.core.impl; class Box {}"),
                new Example(
                        ConventionRules.NO_STATIC_STATE,
                        "package io.nvmelm.core.device; class Wrong { static int count; }"),
                new Example(
                        ConventionRules.ERRORS_ARE_TYPED,
                        """
                        package io.nvmelm.core.codec; class Wrong {
                            void check() { throw new IllegalArgumentException("too large"); }
                        }
                        """));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("examples")
    void wrongCodeIsRefused(Example example) {
        var result = example.rule().evaluate(SampleCode.compile(folder, example.sources()));

        assertThat(result.hasViolation()).isTrue();
    }

    @Test
    void everyRuleHasAnExample() {
        var inExamples = examples().stream().map(example -> example.rule().getDescription()).collect(toSet());
        // The rules of rooms have the table below.
        var ofRooms = Arrays.stream(Room.values())
                .map(room -> RoomRules.usesItsRoomsOnly(room).getDescription())
                .collect(toSet());

        assertThat(ArchitectureTest.rules())
                .extracting(rule -> rule.getPayload().getDescription())
                .filteredOn(description -> !ofRooms.contains(description))
                .containsExactlyInAnyOrderElementsOf(inExamples);
    }

    @ParameterizedTest(name = "{0} may use {1}: {2}")
    @CsvSource({
        // The API depends on nothing; its protocol values and its SPI lie below and beside what embedders call.
        "API,          NVME,        yes",
        "API,          SPI,         no",
        "API,          CODEC,       no",
        "API,          MOCK,        no",
        "API,          VFIO,        no",
        "NVME,         SPI,         no",
        "NVME,         CODEC,       no",
        "SPI,          API,         yes",
        "SPI,          NVME,        yes",
        "SPI,          CONTROLLER,  no",
        // Codecs and the state machine are the ground floor of core.
        "CODEC,        NVME,        yes",
        "CODEC,        SPI,         no",
        "CODEC,        CONTROLLER,  no",
        "CODEC,        FSM,         no",
        "CODEC,        DEVICE,      no",
        "FSM,          API,         yes",
        "FSM,          NVME,        no",
        "FSM,          SPI,         no",
        "FSM,          CODEC,       no",
        "FSM,          CONTROLLER,  no",
        // NVMe words end at the device, VFIO words begin there.
        "CONTROLLER,   CODEC,       yes",
        "CONTROLLER,   SPI,         yes",
        "CONTROLLER,   FSM,         no",
        "CONTROLLER,   DEVICE,      no",
        "CONTROLLER,   MIGRATION,   no",
        "DEVICE,       CONTROLLER,  yes",
        "DEVICE,       FSM,         yes",
        "DEVICE,       MIGRATION,   no",
        "DEVICE,       STREAM,      no",
        "MIGRATION,    STREAM,      yes",
        "MIGRATION,    CODEC,       no",
        "MIGRATION,    CONTROLLER,  no",
        "MIGRATION,    DEVICE,      no",
        "MIGRATION,    SPI,         no",
        "STREAM,       CODEC,       no",
        // Core knows no transport. Transports know the codecs, that of VFIO the state machine too, and not each other.
        "CODEC,        MOCK,        no",
        "CONTROLLER,   VFIO,        no",
        "MIGRATION,    MOCK,        no",
        "VFIO,         CODEC,       yes",
        "VFIO,         CONTROLLER,  no",
        "VFIO,         FSM,         yes",
        "VFIO,         DEVICE,      no",
        "VFIO,         MOCK,        no",
        "VFIO,         VFIO_NVME,   no",
        "VFIO_NVME,    VFIO,        yes",
        "VFIO_NVME,    CODEC,       yes",
        "VFIO,         VFIO_PASSTHROUGH, yes",
        "VFIO_PASSTHROUGH, VFIO,    no",
        "VFIO_NVME,    FSM,         no",
        "VFIO_NVME,    CONTROLLER,  no",
        "VFIO_UAPI,    VFIO_LINUX,  no",
        "VFIO_LINUX,   VFIO_UAPI,   no",
        "MOCK,         CODEC,       yes",
        "MOCK,         CONTROLLER,  no",
        "MOCK,         MOCK_GUEST,  no",
        "MOCK,         VFIO,        no",
        "MOCK_GUEST,   MOCK,        yes",
        "MOCK_TESTKIT, MOCK_GUEST,  yes"
    })
    void roomsAreApart(Room room, Room other, String answer) {
        var user = usesOfRooms.that(name(room.packageName() + ".Uses" + other.name()));

        assertThat(user).hasSize(1);
        assertThat(RoomRules.usesItsRoomsOnly(room).evaluate(user).hasViolation()).isEqualTo(answer.equals("no"));
    }

    @Test
    void rightCodeIsAccepted() {
        var classes = SampleCode.compile(
                folder,
                """
                package io.nvmelm.core.controller; class Right {
                    private static final int PIECES = 4;
                    private final java.util.concurrent.Executor executor;
                    Right(java.util.concurrent.Executor executor) {
                        this.executor = executor;
                    }
                    void read(java.util.concurrent.CompletableFuture<byte[]> data, Step step) {
                        data.thenRunAsync(() -> {}, executor);
                        switch (step) {
                            case ONE -> throw new io.nvmelm.LiveMigrationException();
                        }
                    }
                    enum Step { ONE }
                }
                """,
                "package io.nvmelm; public class LiveMigrationException extends RuntimeException {}",
                """
                package io.nvmelm.transport.vfio.linux; class Calls {
                    java.lang.foreign.Linker linker;
                    Object devices = java.nio.file.Path.of("/sys");
                }
                """,
                """
                package io.nvmelm.transport.mock.testkit; class Suite {
                    @org.junit.jupiter.api.Test void test() throws Exception {
                        var other = new Thread(() -> {});
                        other.start();
                        other.join();
                    }
                    Class<?> typeOf(java.lang.reflect.Parameter parameter) { return parameter.getType(); }
                }
                """,
                "package org.junit.jupiter.api; public @interface Test {}")
                .that(resideInAPackage("io.nvmelm.."));

        assertThat(Stream.of(RoomRules.all(), PlatformRules.all(), ConventionRules.all()).flatMap(List::stream))
                .allSatisfy(rule -> rule.check(classes));
    }
}
