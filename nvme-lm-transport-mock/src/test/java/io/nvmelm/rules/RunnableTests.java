package io.nvmelm.rules;

import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;

/// Whether the build runs a class or a method as a test in every run, whatever the machine.
final class RunnableTests {
    /// Names that Surefire looks for when nothing is configured.
    private static final Pattern FOUND_BY_NAME = Pattern.compile("Test.*|.*Test|.*Tests|.*TestCase");

    private final Predicate<Class<?>> switchesOff;

    /// @param switchesOff whether an annotation may keep what it stands at from being run
    RunnableTests(Predicate<Class<?>> switchesOff) {
        this.switchesOff = switchesOff;
    }

    /// {@return whether an annotation of JUnit may keep what it stands at from being run}
    static boolean isCondition(Class<?> annotation) {
        return annotation == Disabled.class || annotation.getPackage().equals(EnabledIf.class.getPackage());
    }

    /// {@return why no test of this class is run for sure, null when they are}
    @Nullable
    String whyNot(Class<?> type) {
        if (Modifier.isAbstract(type.getModifiers())) {
            return "the class is abstract";
        }
        for (Class<?> t = type; t != null; t = t.getSuperclass()) {
            var condition = condition(t);
            if (condition != null) {
                return condition;
            }
        }
        var enclosing = type.getEnclosingClass();
        if (enclosing != null) {
            boolean runs = type.isAnnotationPresent(Nested.class)
                    && !Modifier.isStatic(type.getModifiers())
                    && !Modifier.isPrivate(type.getModifiers());
            return runs ? whyNot(enclosing) : "the class is inside another one and not run with it";
        }
        return FOUND_BY_NAME.matcher(type.getSimpleName()).matches() ? null : "the build does not look at that name";
    }

    /// {@return why this method is not run for sure, null when it is if its class is}
    @Nullable
    String whyNot(Method method) {
        if (!AnnotationSupport.isAnnotated(method, Testable.class)) {
            return "the method has no annotation of a test";
        }
        int unfit = Modifier.PRIVATE | Modifier.STATIC | Modifier.ABSTRACT;
        return (method.getModifiers() & unfit) == 0 ? condition(method) : "the method is private, static or abstract";
    }

    /// {@return what may keep it from being run, null for nothing}
    private @Nullable String condition(AnnotatedElement element) {
        var found = find(element, new HashSet<>());
        return found == null ? null : "@" + found.getSimpleName() + " may switch it off";
    }

    private @Nullable Class<?> find(AnnotatedElement element, Set<Class<?>> seen) {
        for (Annotation annotation : element.getDeclaredAnnotations()) {
            var type = annotation.annotationType();
            if (switchesOff.test(type)) {
                return type;
            }
            var behind = seen.add(type) ? find(type, seen) : null;
            if (behind != null) {
                return behind;
            }
        }
        return null;
    }
}
