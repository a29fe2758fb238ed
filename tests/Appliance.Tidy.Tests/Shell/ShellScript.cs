namespace Appliance.Tidy.Tests.Shell;

internal static class ShellScript
{
    public static bool IsOne(TextFile file) =>
        file.Is(".sh") || (Path.GetExtension(file.Path).Length == 0 && HasBashShebang(file));

    private static bool HasBashShebang(TextFile file) =>
        file.Text.StartsWith("#!", StringComparison.Ordinal)
        && file.Lines()[0].Contains("bash", StringComparison.Ordinal);
}
