package io.nvmelm.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// Which room may use which. A rule about a room that has no class yet holds.
final class RoomRules {
    private static final Set<String> VFIO_WORDS = Set.of(
            "DeviceState",
            "DeviceStateException",
            "MigratableDevice",
            "MigrationCapability",
            "MigrationData");

    static final ArchRule EVERY_CLASS_HAS_A_ROOM = classes()
            .should()
            .resideInAnyPackage(Arrays.stream(Room.values()).map(Room::packageName).toArray(String[]::new))
            .as("every class is in a room of the design")
            .allowEmptyShould(true);

    static final ArchRule PROTOCOL_VALUES_USE_EXCEPTIONS_ONLY = noClasses()
            .that(in(Room.NVME))
            .should()
            .dependOnClassesThat(
                    in(Room.API).and(not(assignableTo(Room.API.packageName() + ".LiveMigrationException"))))
            .as("nvme uses nothing of api but its exceptions")
            .allowEmptyShould(true);

    static final ArchRule CONTROLLERS_KNOW_NO_VFIO_WORD = noClasses()
            .that(in(Room.CONTROLLER))
            .should()
            .dependOnClassesThat(in(Room.API).and(namedAmong(VFIO_WORDS)))
            .as("core.controller knows no VFIO word")
            .allowEmptyShould(true);

    static final ArchRule MIGRATION_KNOWS_FORMATS_ONLY = noClasses()
            .that(in(Room.MIGRATION))
            .should()
            .dependOnClassesThat(in(Room.NVME).and(not(namedAmong(Set.of("StateFormat")))))
            .as("core.migration uses nothing of nvme but the state format, which it hands on")
            .allowEmptyShould(true);

    static final ArchRule NO_CYCLES_IN_CORE = slices().matching(Room.LIBRARY + ".core.(**)")
            .should()
            .beFreeOfCycles()
            .as("core has no cycle of packages")
            .allowEmptyShould(true);

    static final ArchRule NO_CYCLES_IN_TRANSPORTS = slices().matching(Room.LIBRARY + ".transport.(**)")
            .should()
            .beFreeOfCycles()
            .as("transports have no cycle of packages")
            .allowEmptyShould(true);

    private RoomRules() {}

    /// {@return all rules}
    static List<ArchRule> all() {
        return Stream.concat(
                Stream.of(
                        EVERY_CLASS_HAS_A_ROOM,
                        PROTOCOL_VALUES_USE_EXCEPTIONS_ONLY,
                        CONTROLLERS_KNOW_NO_VFIO_WORD,
                        MIGRATION_KNOWS_FORMATS_ONLY,
                        NO_CYCLES_IN_CORE,
                        NO_CYCLES_IN_TRANSPORTS),
                Arrays.stream(Room.values()).map(RoomRules::usesItsRoomsOnly))
                .toList();
    }

    /// {@return the rule that a room uses the rooms that it was given, and no other}
    static ArchRule usesItsRoomsOnly(Room room) {
        var allowed = Stream.concat(Stream.of(room), room.mayUse().stream())
                .map(Room::packageName)
                .toArray(String[]::new);
        return classes()
                .that(in(room))
                .should()
                .onlyDependOnClassesThat(
                        resideOutsideOfPackage(Room.LIBRARY + "..").or(resideInAnyPackage(allowed)))
                .as(room + " uses no room but " + room.mayUse())
                .allowEmptyShould(true);
    }

    /// {@return the predicate of classes in a room}
    static DescribedPredicate<JavaClass> in(Room room) {
        return resideInAPackage(room.packageName());
    }

    /// A class nested in one of that name counts as well.
    private static DescribedPredicate<JavaClass> namedAmong(Set<String> simpleNames) {
        return describe("named among " + simpleNames, candidate -> {
            var nameInPackage = candidate.getName().substring(candidate.getPackageName().length() + 1);
            return simpleNames.contains(nameInPackage.split("\\$", 2)[0]);
        });
    }
}
