package io.nvmelm.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.lang.ArchRule;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The library keeps its architecture.
class ArchitectureTest {
    /// Maven runs tests in the folder of their module.
    private static final SourceTree SOURCES = new SourceTree(Path.of(".."));

    private static JavaClasses library;

    @BeforeAll
    static void loadTheLibrary() {
        library = LibraryClasses.load();
    }

    static List<Named<ArchRule>> rules() {
        return Stream.of(RoomRules.all(), PlatformRules.all(), ConventionRules.all())
                .flatMap(List::stream)
                .map(rule -> Named.of(rule.getDescription(), rule))
                .toList();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rules")
    void theLibraryKeepsTheRule(ArchRule rule) {
        rule.check(library);
    }

    /// Rules hold where they see nothing, so this makes sure that they see everything.
    @Test
    void rulesSeeEveryPackageThatHasSources() {
        var seen = library.stream().map(JavaClass::getPackageName).collect(Collectors.toCollection(TreeSet::new));

        assertThat(seen).isEqualTo(SOURCES.packages()).contains(
                "io.nvmelm", "io.nvmelm.core.codec", "io.nvmelm.transport.mock");
    }

    /// Constants are copied into the classes that use them, so classes alone do not show every use of a room.
    @Test
    void importsKeepToTheRoomsOfTheDesign() {
        assertThat(SOURCES.forbiddenImports()).isEmpty();
    }

    @Test
    void everyPackageSaysWhatItIsFor() {
        assertThat(SOURCES.packagesWithoutDescription()).isEmpty();
    }

    @Test
    void filesStayShort() {
        assertThat(SOURCES.filesLongerThan(450)).isEmpty();
    }
}
