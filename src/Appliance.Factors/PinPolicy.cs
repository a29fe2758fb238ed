namespace Appliance.Factors;

/// <summary>What a new PIN must be: digits, not one repeated, not a run of neighbours.</summary>
public static class PinPolicy
{
    /// <summary>Fewest digits that may be asked for.</summary>
    public const int MinimumDigits = 4;

    /// <summary>Most digits of a PIN.</summary>
    public const int MaximumDigits = 12;

    /// <summary>Why the PIN is refused, a sentence each, never quoting it; empty when it may be used.</summary>
    /// <param name="pin">The PIN.</param>
    /// <param name="least">Fewest digits, 4 to 12.</param>
    public static IReadOnlyList<string> Check(string pin, int least = MinimumDigits)
    {
        ArgumentNullException.ThrowIfNull(pin);
        if (pin.Length < least || pin.Length > MaximumDigits || pin.AsSpan().ContainsAnyExceptInRange('0', '9'))
        {
            return [$"The PIN must have {least} to {MaximumDigits} digits and nothing else."];
        }

        return IsRun(pin, 0) || IsRun(pin, 1) || IsRun(pin, -1)
            ? ["The PIN is one digit repeated or a run of digits."]
            : [];
    }

    private static bool IsRun(string pin, int step)
    {
        for (var i = 1; i < pin.Length; i++)
        {
            if (pin[i] - pin[i - 1] != step)
            {
                return false;
            }
        }

        return true;
    }
}
