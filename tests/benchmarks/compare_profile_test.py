"""compare_profile.py on profiles made from the model itself, changed in known ways."""
import csv
import io
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

BENCHMARKS = pathlib.Path(__file__).resolve().parents[2] / "benchmarks"
sys.path[:0] = [str(BENCHMARKS), str(BENCHMARKS / "peers")]
sys.dont_write_bytecode = True  # into the source tree

import compare_profile  # noqa: E402
import profiles  # noqa: E402
from step_model.constants import GPUS  # noqa: E402
from step_model.launches import PRODUCT, SPLIT_SUM  # noqa: E402
from step_model.step import Step  # noqa: E402

TIME, BYTES, INSTRUCTIONS = profiles.TIME, profiles.BYTES, profiles.INSTRUCTIONS
TEMPLATES = "<electra::bf16, (int)8>(const T1 *, T1 *, int)"
SYMBOLS = {  # as a profiler writes what is not simply a name
    PRODUCT: "nvjet_sm90_hsh_128x256_64x4_1x2_h_bz_coopA_NTN",
    SPLIT_SUM: "void cublasLt::splitKreduce_kernel<32, 16, int, float, float, float>(args)",
    "column_sum": "void electra::cuda::sum_strips<electra::bf16, 8, "
                  "electra::<unnamed>::Rows<electra::bf16>>(T3, float *)",
    "bias_gelu_backward": "void electra::cuda::sum_strips<electra::bf16, 8, electra::(anonymous "
                          "namespace)::Backward<electra::(anonymous namespace)::Erf>>(T3, float *)"}


def symbol(launch):
    plain = f"void electra::(anonymous namespace)::{launch.symbol}{TEMPLATES}"
    return SYMBOLS.get(launch.symbol, plain)


def make_step():
    return Step("small", 128, 128, GPUS["h200"])


def profile(step):
    """[name, us, HBM bytes, instructions] of each kernel, just as predicted."""
    return [[symbol(launch), 1e6 * launch.kernel_seconds, launch.hbm_bytes, launch.issue]
            for launch in step.kernels]


def as_csv(rows):
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    return "==PROF== Connected to process 1 (step_bench)\nms per step: 1\n" + text.getvalue()


def wide(kernels):
    rows = [["ID", "Kernel Name", "CC", BYTES, TIME, INSTRUCTIONS],
            ["", "", "", "Mbyte", "us", "inst"]]
    rows += [[i, name, "9.0", f"{size / 1e6:,.6f}", f"{us:,.4f}", f"{instructions:,.0f}"]
             for i, (name, us, size, instructions) in enumerate(kernels)]
    return as_csv(rows)


def long(kernels):
    rows = [["ID", "Kernel Name", "Section Name", "Metric Name", "Metric Unit", "Metric Value"]]
    for i, (name, us, size, instructions) in enumerate(kernels):
        rows += [[i, name, "Command line profiler metrics", BYTES, "Kbyte", f"{size / 1e3:,.3f}"],
                 [i, name, "", INSTRUCTIONS, "inst", f"{instructions:,.0f}"],
                 [i, name, "", TIME, "nsecond", f"{1e3 * us:,.2f}"]]
    return as_csv(rows)


def timeline(step):
    """[{"kernel", "us"}] of each call of Context::run."""
    rows = [{"kernel": name, "us": 0.0} for name in step.calls]
    for launch in step.kernels:
        if launch.call is not None:
            rows[launch.call]["us"] += 1e6 * launch.seconds
    return rows


def names_of(rows):
    return [(row["group"], row["name"]) for row in rows]


class CompareProfile(unittest.TestCase):
    def setUp(self):
        self.step = make_step()
        self.kernels = profile(self.step)

    def compare(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "measured"
            path.write_text(text)
            return compare_profile.compare(self.step, *profiles.read(path))

    def slow_down(self, group, name, factor):
        """The predicted time of these kernels, as it was before."""
        total = 0.0
        for launch, row in zip(self.step.kernels, self.kernels):
            if (launch.group, launch.name) == (group, name):
                total += row[1]
                row[1] *= factor
        return total

    def test_what_is_as_predicted_differs_in_nothing(self):
        for write in (long, wide):
            result = self.compare(write(self.kernels))
            self.assertEqual(result["totals"]["joined"], len(self.kernels))
            self.assertEqual(result["only_predicted"] + result["only_measured"], [])
            for row in result["rows"]:
                self.assertAlmostEqual(row["ratio"], 1, places=3)
                self.assertAlmostEqual(row["measured_hbm_bytes"], row["predicted_hbm_bytes"],
                                       delta=100)
                self.assertAlmostEqual(row["measured_instructions"],
                                       row["predicted_instructions"], delta=100)

    def test_the_largest_differences_come_first(self):
        gelu = self.slow_down("discriminator", "bias_gelu_backward", 1.5)
        attention = self.slow_down("generator", "attention_forward", 3)
        entropy = self.slow_down("mlm head", "vocabulary_cross_entropy", 0.5)
        differences = {("discriminator", "bias_gelu_backward"): 0.5 * gelu,
                       ("generator", "attention_forward"): 2 * attention,
                       ("mlm head", "vocabulary_cross_entropy"): -0.5 * entropy}
        expected = sorted(differences, key=lambda key: -abs(differences[key]))
        for write in (long, wide):
            rows = self.compare(write(self.kernels))["rows"]
            self.assertEqual(names_of(rows[:3]), expected)
            for row in rows[:3]:
                self.assertAlmostEqual(row["difference_us"], differences[row["group"], row["name"]],
                                       places=1)
            self.assertLess(abs(rows[3]["difference_us"]), 0.1)

    def test_split_sums_that_do_not_exist_are_named(self):
        missing = [launch for launch in self.step.kernels if launch.symbol == SPLIT_SUM]
        kernels = [row for row in self.kernels if row[0] != SYMBOLS[SPLIT_SUM]]
        result = self.compare(wide(kernels))
        self.assertEqual(result["totals"]["joined"], len(kernels))
        self.assertEqual(sum(row["count"] for row in result["only_predicted"]), len(missing))
        for row in result["rows"]:
            self.assertAlmostEqual(row["ratio"], 1, places=3)

    def test_kernels_that_were_not_predicted_are_named(self):
        slow = "void electra::cuda::plain_product<electra::bf16, float>(int)"
        self.kernels.insert(100, [slow, 500.0, 0, 0])
        self.kernels.insert(300, [slow, 600.0, 0, 0])
        result = self.compare(long(self.kernels))
        self.assertEqual(result["only_measured"], [{"name": slow, "count": 2, "us": 1100.0}])
        self.assertEqual(result["only_predicted"], [])

    def test_a_profile_may_begin_in_the_middle_of_a_step(self):
        for begin in (5, 333, len(self.kernels) - 3):
            turned = self.kernels[begin:] + self.kernels[:begin]
            self.assertEqual(self.compare(wide(turned))["only_predicted"], [])
        more_than_one = self.kernels[-40:] + self.kernels + self.kernels[:40]
        result = self.compare(wide(more_than_one))
        self.assertEqual(result["totals"]["joined"], len(self.kernels))
        self.assertEqual(result["only_measured"], [])

    def test_names_without_templates_are_enough(self):
        for row in self.kernels:
            row[0] = profiles.function_of(row[0])
        self.kernels = [["sum_strips" if row[0] in compare_profile.STRIPS else row[0], *row[1:]]
                        for row in self.kernels]
        result = self.compare(wide(self.kernels))
        self.assertEqual(result["totals"]["joined"], len(self.kernels))

    def test_a_timeline_has_calls(self):
        rows = timeline(self.step)
        for row in rows:
            row["us"] *= 4 if row["kernel"] == "embedding_scatter" else 1
        result = self.compare(json.dumps(rows))
        self.assertEqual(result["totals"]["joined"], len(self.step.calls))
        self.assertEqual({name for _, name in names_of(result["rows"][:2])}, {"embedding_scatter"})
        self.assertLess(abs(result["rows"][2]["difference_us"]), 1e-6)
        self.assertIsNone(result["rows"][0]["measured_hbm_bytes"])
        self.assertEqual([row["name"] for row in result["only_predicted"]],
                         ["sums: finish_column_sums"])

    def test_other_files_are_refused(self):
        for text in ("", "a,b\n1,2\n", '"ID","Kernel Name"\n', '"ID","Kernel Name"\n"",""\n1,x\n'):
            with self.assertRaises(profiles.ProfileError):
                self.compare(text)

    def test_the_program_prints_and_writes(self):
        with tempfile.TemporaryDirectory() as folder:
            measured, out = pathlib.Path(folder) / "ncu.csv", pathlib.Path(folder) / "out.json"
            self.slow_down("discriminator", "attention_forward", 2)
            measured.write_text(wide(self.kernels))
            run = subprocess.run([sys.executable, BENCHMARKS / "peers/compare_profile.py", measured,
                                  "--top", "2", "--out", out], capture_output=True, text=True)
            self.assertEqual(run.returncode, 0, run.stderr)
            self.assertIn("attention_forward", run.stdout.splitlines()[2])
            self.assertEqual(json.loads(out.read_text())["rows"][0]["name"], "attention_forward")


class Symbols(unittest.TestCase):
    def test_kernels_are_told_apart_by_their_symbols(self):
        known = {"column_sum", "bias_gelu_backward", "adamw"}
        for name in SYMBOLS:
            self.assertEqual(compare_profile.symbol_of(SYMBOLS[name], known), name)
        for symbol, name in (("void electra::<unnamed>::adamw(Buffers, int)", "adamw"),
                             ("sum_strips", "sum_strips"),
                             ("void cutlass::Kernel2<cutlass_80_tensorop_bf16>(Params)", PRODUCT),
                             ("void electra::cuda::plain_product<float>(int)", "plain_product")):
            self.assertEqual(compare_profile.symbol_of(symbol, known), name)


class Units(unittest.TestCase):
    def test_numbers_have_separators_and_units_prefixes(self):
        measured = profiles.of_metrics("x", {TIME: ("1,234.5", "nsecond"), BYTES: ("2.5", "Mbyte"),
                                             INSTRUCTIONS: ("1,000,000", "inst")})
        self.assertAlmostEqual(measured.us, 1.2345)
        self.assertAlmostEqual(measured.hbm_bytes, 2.5e6)
        self.assertEqual(measured.instructions, 1e6)
        for unit, us in (("ns", 0.001), ("us", 1), ("usecond", 1), ("msecond", 1000), ("ms", 1000),
                         ("second", 1e6), ("s", 1e6)):
            self.assertAlmostEqual(profiles.of_metrics("x", {TIME: ("1", unit)}).us, us)


if __name__ == "__main__":
    unittest.main()
