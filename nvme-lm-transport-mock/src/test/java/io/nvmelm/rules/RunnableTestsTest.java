package io.nvmelm.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What counts as a test that proves something is what the build runs for sure.
class RunnableTestsTest {
    @Nested
    class Inside {
        @Test
        void classesInsideATestAreRunWhenTheySaySo() {
            assertThat(RunnableTests.whyNot(Inside.class)).isNull();
            assertThat(RunnableTests.whyNot(RunnableTestsTest.class)).isNull();
        }
    }

    @Disabled
    static class Off {
        @Nested
        class InsideOff {}
    }

    static class InheritsOff extends Off {}

    @EnabledIf("never")
    static class OnCondition {}

    @Retention(RetentionPolicy.RUNTIME)
    @DisabledIfSystemProperty(named = "quick", matches = "yes")
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
        @Disabled
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

    @Test
    void classesThatMayBeSwitchedOffProveNothing() {
        assertThat(RunnableTests.whyNot(Off.class)).isEqualTo("@Disabled may switch it off");
        assertThat(RunnableTests.whyNot(Off.InsideOff.class)).isEqualTo("@Disabled may switch it off");
        assertThat(RunnableTests.whyNot(InheritsOff.class)).isEqualTo("@Disabled may switch it off");
        assertThat(RunnableTests.whyNot(OnCondition.class)).isEqualTo("@EnabledIf may switch it off");
        assertThat(RunnableTests.whyNot(BehindAnAnnotation.class))
                .isEqualTo("@DisabledIfSystemProperty may switch it off");
    }

    @Test
    void classesThatTheBuildDoesNotFindProveNothing() {
        assertThat(RunnableTests.whyNot(Incomplete.class)).isEqualTo("the class is abstract");
        assertThat(RunnableTests.whyNot(Methods.class))
                .isEqualTo("the class is inside another one and not run with it");
        assertThat(RunnableTests.whyNot(RuleWorld.class)).isEqualTo("the build does not look at that name");
    }

    @ParameterizedTest
    @CsvSource({
        "hidden, 'the method is private, static or abstract'",
        "ofTheClass, 'the method is private, static or abstract'",
        "off, @Disabled may switch it off",
        "behindAnAnnotation, @DisabledIfSystemProperty may switch it off",
        "plain, the method has no annotation of a test",
        "fit,",
        "fitWithValues,"
    })
    void methodsThatAreNotRunForSureProveNothing(String method, String why) throws NoSuchMethodException {
        assertThat(RunnableTests.whyNot(Methods.class.getDeclaredMethod(method))).isEqualTo(why);
    }
}
