package dev.leantokens.architecture;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.text.DateFormat;
import java.text.DecimalFormat;
import java.text.MessageFormat;
import java.text.NumberFormat;
import java.text.SimpleDateFormat;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Formatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Scanner;
import java.util.regex.Pattern;

import org.jboss.logging.Logger;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;

/** Calls that format, parse or encode by the default locale of the JVM. */
final class LocaleDependent {

    /** Methods by their class; overloads with a locale are allowed. */
    private static final Map<String, Pattern> METHODS = Map.ofEntries(
            entry(String.class, "format|formatted|toLowerCase|toUpperCase"),
            entry(Formatter.class, "<init>"),
            entry(Scanner.class, "<init>"),
            entry(PrintStream.class, "printf|format"),
            entry(PrintWriter.class, "printf|format"),
            entry(MessageFormat.class, "<init>|format"),
            entry(DecimalFormat.class, "<init>"),
            entry(NumberFormat.class, "get.*Instance"),
            entry(DateFormat.class, "get.*Instance"),
            entry(SimpleDateFormat.class, "<init>"),
            entry(DateTimeFormatter.class, "of.*"),
            entry(DateTimeFormatterBuilder.class, "toFormatter"),
            // The methods with a format, whose names end in f or v.
            entry(Logger.class, "(trace|debug|info|warn|error|fatal|log)[fv]"));

    static final DescribedPredicate<JavaAccess<?>> FORMATTING = DescribedPredicate.describe("formats by the default locale",
            access -> access.getTarget() instanceof CodeUnitAccessTarget target && formatsByDefaultLocale(target));

    /** Java 17 derives the default character set from the locale. */
    static final DescribedPredicate<JavaAccess<?>> ENCODING = DescribedPredicate.describe(
            "encodes by the default character set",
            access -> access.getTarget() instanceof CodeUnitAccessTarget target && encodesByDefaultCharset(target));

    private LocaleDependent() {
    }

    private static boolean formatsByDefaultLocale(CodeUnitAccessTarget target) {
        Pattern methods = METHODS.get(target.getOwner().getName());
        return methods != null && methods.matcher(target.getName()).matches()
                && target.getRawParameterTypes().stream().noneMatch(type -> type.isEquivalentTo(Locale.class));
    }

    private static boolean encodesByDefaultCharset(CodeUnitAccessTarget target) {
        List<String> parameters = target.getRawParameterTypes().stream().map(JavaClass::getSimpleName).toList();
        return switch (target.getOwner().getName() + "." + target.getName()) {
            case "java.lang.String.getBytes" -> parameters.isEmpty();
            case "java.lang.String.<init>" -> parameters.contains("byte[]") && !parameters.contains("Charset");
            case "java.io.InputStreamReader.<init>", "java.io.OutputStreamWriter.<init>" -> parameters.size() == 1;
            case "java.io.FileReader.<init>", "java.io.FileWriter.<init>" -> !parameters.contains("Charset");
            case "java.nio.charset.Charset.defaultCharset" -> true;
            default -> false;
        };
    }

    private static Map.Entry<String, Pattern> entry(Class<?> owner, String methods) {
        return Map.entry(owner.getName(), Pattern.compile(methods));
    }
}
