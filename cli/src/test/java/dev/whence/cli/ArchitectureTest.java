package dev.whence.cli;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.USE_JAVA_UTIL_LOGGING;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.whence.core.Attribution;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The house keeps its floors: what docs/explanation/architecture.md says about dependencies, as tests. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ArchitectureTest {
    /** An empty or half-finished scan must not pass; the real number is larger. */
    private static final int FEWEST_CLASSES = 80;

    private static final int CLASS_FILE_VERSION_OF_JDK_25 = 69;
    private static final String HOUSE = "dev.whence..";

    private final JavaClasses product = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("/dev/whence/testkit/"))
            .importPackages("dev.whence");

    @Test
    void the_scan_saw_the_house() {
        assertThat(product.size()).isGreaterThan(FEWEST_CLASSES);
        assertThat(Stream.of("core", "report", "tensor", "graph", "explain", "quantize", "cli"))
                .allSatisfy(floor -> assertThat(product.stream()
                                .filter(type -> type.getPackageName().startsWith("dev.whence." + floor)))
                        .as(floor)
                        .isNotEmpty());
    }

    @Test
    void the_scan_reads_class_files_of_this_release() throws IOException {
        try (InputStream in = Attribution.class.getResourceAsStream("Attribution.class");
                DataInputStream data = new DataInputStream(in)) {
            data.readInt();
            data.readUnsignedShort();
            assertThat(data.readUnsignedShort()).isEqualTo(CLASS_FILE_VERSION_OF_JDK_25);
        }
        assertThat(product.get(Attribution.class).getMethods()).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "core,",
        "game,     core",
        "report,   core",
        "tensor,   core",
        "graph,    core tensor",
        "explain,  core tensor graph game",
        "quantize, core tensor graph game explain report",
        "examples, core tensor graph game explain report",
        "cli,      core tensor graph game explain report quantize examples",
    })
    void a_floor_imports_only_from_floors_below(String floor, String below) {
        String[] allowed = Stream.concat(
                        Stream.of(floor), below == null ? Stream.of() : Arrays.stream(below.split(" ")))
                .map(name -> "dev.whence." + name + "..")
                .toArray(String[]::new);
        noClasses()
                .that(resideInAPackage("dev.whence." + floor + ".."))
                .should()
                .dependOnClassesThat(resideInAPackage(HOUSE).and(resideOutsideOfPackages(allowed)))
                .allowEmptyShould(true)
                .check(product);
    }

    /** A floor's own package may lean on the rooms inside it, as on its list of operators; the rooms stay apart. */
    @Test
    void the_rooms_of_a_floor_have_no_cycles() {
        slices().matching("dev.whence.(*).(**)").should().beFreeOfCycles().check(product);
    }

    @ParameterizedTest
    @CsvSource({
        "org.bytedeco..,        dev.whence.tensor..",
        "ai.onnx..,             dev.whence.graph..",
        "com.google.protobuf.., dev.whence.graph..",
        "picocli..,             dev.whence.cli..",
        "ai.djl..,              dev.whence.cli.text..",
        "ai.onnxruntime..,      dev.whence.quantize.evaluation..",
    })
    void a_heavy_library_has_one_door(String library, String door) {
        noClasses()
                .that(resideInAPackage(HOUSE).and(resideOutsideOfPackages(door)))
                .should()
                .dependOnClassesThat(resideInAPackage(library))
                .check(product);
    }

    @Test
    void the_json_library_is_no_part_of_a_public_signature() {
        DescribedPredicate<JavaClass> jackson = resideInAnyPackage("tools.jackson..", "com.fasterxml.jackson..");
        methods()
                .that()
                .arePublic()
                .and()
                .areDeclaredInClassesThat()
                .arePublic()
                .should()
                .notHaveRawReturnType(jackson)
                .andShould()
                .notHaveRawParameterTypes(describe(
                        "with a Jackson type",
                        (List<JavaClass> types) -> types.stream().anyMatch(jackson)))
                .check(product);
    }

    @Test
    void only_the_console_and_example_programs_write_to_standard_streams() {
        noClasses()
                .that(resideOutsideOfPackages("dev.whence.examples.."))
                .and()
                .doNotHaveFullyQualifiedName(Console.class.getName())
                .should(ACCESS_STANDARD_STREAMS)
                .check(product);
    }

    @Test
    void only_the_command_ends_the_process() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(Whence.class.getName())
                .should()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "halt", int.class)
                .check(product);
    }

    @Test
    void logging_goes_through_slf4j() {
        noClasses().should(USE_JAVA_UTIL_LOGGING).check(product);
    }

    @Test
    void every_package_is_null_marked() {
        List<String> unmarked = product.stream()
                .map(JavaClass::getPackage)
                .distinct()
                .filter(place -> place.getName().startsWith("dev.whence."))
                .filter(place -> !place.isAnnotatedWith(NullMarked.class))
                .map(JavaPackage::getName)
                .toList();
        assertThat(unmarked).isEmpty();
    }

    @Test
    void public_classes_are_final_or_sealed() {
        List<String> open = product.stream()
                .filter(JavaClass::isTopLevelClass)
                .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                .filter(type -> !type.getModifiers().contains(JavaModifier.FINAL))
                .filter(type -> !type.isInterface() && !type.isEnum())
                .filter(type -> !type.reflect().isSealed())
                .map(JavaClass::getName)
                .toList();
        assertThat(open).isEmpty();
    }

    @Test
    void static_fields_never_change() {
        fields().that().areStatic().should().beFinal().check(product);
    }
}
