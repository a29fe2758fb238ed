namespace Appliance.Server.Commands.SlotControl;

/// <summary>
/// What a terminal is sent so that one page takes the place of the one before, without flicker (ECMA-48).
/// </summary>
internal static class Screen
{
    private const string Home = "\e[H";
    private const string ClearAll = "\e[2J";
    private const string ClearLine = "\e[K";
    private const string ClearBelow = "\e[J";

    /// <summary>The page with all that clears what it does not cover.</summary>
    public static string Over(string page, bool isFirst)
        => (isFirst ? ClearAll : "") + Home
            + page.Replace("\n", ClearLine + "\n", StringComparison.Ordinal) + ClearBelow;
}
