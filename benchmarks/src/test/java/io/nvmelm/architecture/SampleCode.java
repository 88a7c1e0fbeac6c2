package io.nvmelm.architecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/// Code that rules are tried on: source files as text, compiled without the library, whose packages they may use.
final class SampleCode {
    private static final Pattern NAME =
            Pattern.compile("^package (\\S+); .*?\\b(?:class|interface|enum) (\\w+)", Pattern.DOTALL);

    private static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();
    /// For all compilations: it remembers what it read of the JDK.
    private static final JavaFileManager FILES = COMPILER.getStandardFileManager(null, null, null);

    private SampleCode() {}

    /// {@return the classes of some source files}
    ///
    /// @param folder  where to put the class files
    /// @param sources text of each file; it starts with `package …; `, and its first type gives it its name
    static JavaClasses compile(Path folder, String... sources) {
        var output = new StringWriter();
        var options = List.of("-proc:none", "-nowarn", "-classpath", "", "-d", folder.toString());
        var files = Stream.of(sources).map(SourceText::new).toList();
        if (!COMPILER.getTask(output, FILES, null, options, null, files).call()) {
            throw new AssertionError("the sample does not compile: " + output);
        }
        return new ClassFileImporter().importPath(folder);
    }

    private static final class SourceText extends SimpleJavaFileObject {
        private final String text;

        SourceText(String text) {
            super(URI.create("sample:///" + pathOf(text)), JavaFileObject.Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }

        private static String pathOf(String text) {
            var name = NAME.matcher(text);
            if (!name.find()) {
                throw new AssertionError("no package and type in: " + text);
            }
            return name.group(1).replace('.', '/') + "/" + name.group(2) + ".java";
        }
    }
}
