package io.nvmelm.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIf;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.condition.DisabledOnJre;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What counts as a test that proves something is what the build runs for sure.
class RunnableTestsTest {
    /// Stands for an annotation by which JUnit leaves something out, so that no test here is really left out.
    @Retention(RetentionPolicy.RUNTIME)
    @interface LeftOut {}

    private final RunnableTests runnable = new RunnableTests(LeftOut.class::equals);

    @Nested
    class Inside {
        @Test
        void classesInsideATestAreRunWhenTheySaySo() {
            assertThat(runnable.whyNot(Inside.class)).isNull();
            assertThat(runnable.whyNot(RunnableTestsTest.class)).isNull();
        }
    }

    @LeftOut
    static class Off {
        @Nested
        class InsideOff {}
    }

    static class InheritsOff extends Off {}

    @Retention(RetentionPolicy.RUNTIME)
    @LeftOut
    @interface Slow {}

    @Slow
    static class BehindAnAnnotation {}

    abstract static class Incomplete {}

    static class Methods {
        @Test
        private void hidden() {}

        @Test
        static void ofTheClass() {}

        @Test
        @LeftOut
        void off() {}

        @Test
        @Slow
        void behindAnAnnotation() {}

        void plain() {}

        @Test
        void fit() {}

        @ParameterizedTest
        @CsvSource("1")
        void fitWithValues() {}
    }

    @ParameterizedTest
    @ValueSource(classes = {
        Disabled.class, EnabledIf.class, DisabledIf.class, EnabledOnOs.class, DisabledIfSystemProperty.class,
        EnabledIfEnvironmentVariable.class, DisabledOnJre.class
    })
    void everyConditionOfJUnitCounts(Class<?> annotation) {
        assertThat(RunnableTests.isCondition(annotation)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(classes = {Test.class, Nested.class, ParameterizedTest.class, Proves.class})
    void otherAnnotationsDoNot(Class<?> annotation) {
        assertThat(RunnableTests.isCondition(annotation)).isFalse();
    }

    @Test
    void classesThatMayBeSwitchedOffProveNothing() {
        assertThat(runnable.whyNot(Off.class)).isEqualTo("@LeftOut may switch it off");
        assertThat(runnable.whyNot(Off.InsideOff.class)).isEqualTo("@LeftOut may switch it off");
        assertThat(runnable.whyNot(InheritsOff.class)).isEqualTo("@LeftOut may switch it off");
        assertThat(runnable.whyNot(BehindAnAnnotation.class))
                .isEqualTo("@LeftOut may switch it off");
    }

    @Test
    void classesThatTheBuildDoesNotFindProveNothing() {
        assertThat(runnable.whyNot(Incomplete.class)).isEqualTo("the class is abstract");
        assertThat(runnable.whyNot(Methods.class))
                .isEqualTo("the class is inside another one and not run with it");
        assertThat(runnable.whyNot(RuleWorld.class)).isEqualTo("the build does not look at that name");
    }

    @ParameterizedTest
    @CsvSource({
        "hidden, 'the method is private, static or abstract'",
        "ofTheClass, 'the method is private, static or abstract'",
        "off, @LeftOut may switch it off",
        "behindAnAnnotation, @LeftOut may switch it off",
        "plain, the method has no annotation of a test",
        "fit,",
        "fitWithValues,"
    })
    void methodsThatAreNotRunForSureProveNothing(String method, String why) throws NoSuchMethodException {
        assertThat(runnable.whyNot(Methods.class.getDeclaredMethod(method))).isEqualTo(why);
    }
}
