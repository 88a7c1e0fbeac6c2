package io.nvmelm.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/// Every target names benchmarks that exist.
class TargetsTest {
    static List<Target> targets() {
        return Targets.all();
    }

    @Test
    void namesAreUnique() {
        assertThat(Targets.all()).isNotEmpty().extracting(Target::name).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("targets")
    void methodsAreBenchmarks(Target target) {
        assertThat(target.subjects()).allSatisfy(subject -> assertThat(subject.benchmark().getMethods())
                .filteredOn(method -> method.isAnnotationPresent(Benchmark.class))
                .extracting("name")
                .contains(subject.method()));
    }

    @ParameterizedTest
    @MethodSource("targets")
    void parametersHaveValuesThatAreMeasured(Target target) {
        for (var subject : target.subjects()) {
            for (var parameter : subject.parameters().entrySet()) {
                assertThat(values(subject, parameter.getKey())).as("%s: %s", subject, parameter.getKey())
                        .contains(parameter.getValue());
            }
        }
    }

    /// Otherwise the target would be judged by whichever came first.
    @ParameterizedTest
    @MethodSource("targets")
    void everyParameterThatVariesIsChosen(Target target) {
        for (var subject : target.subjects()) {
            var varying = parameters(subject)
                    .filter(field -> values(field).length > 1)
                    .map(Field::getName);
            assertThat(subject.parameters().keySet()).as(subject.toString()).containsAll(varying.toList());
        }
    }

    /// {@return the values of a parameter; all of an enumeration that names none}
    private static String[] values(Field parameter) {
        var values = parameter.getAnnotation(Param.class).value();
        return values.length == 1 && values[0].equals(Param.BLANK_ARGS) && parameter.getType().isEnum()
                ? Stream.of(parameter.getType().getEnumConstants())
                        .map(Object::toString)
                        .toArray(String[]::new)
                : values;
    }

    private static List<String> values(Subject subject, String parameter) {
        return parameters(subject)
                .filter(field -> field.getName().equals(parameter))
                .flatMap(field -> Stream.of(values(field)))
                .toList();
    }

    /// Of the benchmark's class, those it extends, and those that its method asks for.
    private static Stream<Field> parameters(Subject subject) {
        var arguments = Stream.of(subject.benchmark().getMethods())
                .filter(method -> method.getName().equals(subject.method()))
                .flatMap(method -> Stream.of(method.getParameterTypes()));
        return Stream.concat(Stream.of(subject.benchmark()), arguments)
                .flatMap(type -> Stream.<Class<?>>iterate(type, Objects::nonNull, Class::getSuperclass))
                .flatMap(type -> Stream.of(type.getDeclaredFields()))
                .filter(field -> field.isAnnotationPresent(Param.class));
    }
}
