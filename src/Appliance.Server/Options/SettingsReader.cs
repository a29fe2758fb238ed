using System.Globalization;

namespace Appliance.Server.Options;

/// <summary>
/// Reads settings by name and gathers every fault instead of stopping at the first; whatever is set but never asked
/// for is reported as unknown, so that a typing error does not silently leave a default in force.
/// </summary>
internal sealed class SettingsReader(IConfiguration configuration)
{
    /// <summary>ASP.NET's own section; its keys are categories, which nobody can list.</summary>
    private const string LoggingSection = "Logging";

    private readonly HashSet<string> _known = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _faults = [];

    /// <summary>What is wrong, a sentence each, in the order of reading.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>The text of a setting, or null when it is not set or empty.</summary>
    public string? Text(string key)
    {
        _known.Add(key);
        var value = configuration[key];
        return string.IsNullOrWhiteSpace(value) ? null : value.Trim();
    }

    /// <summary>A setting without which nothing works.</summary>
    public string Required(string key, string advice)
    {
        if (Text(key) is { } value)
        {
            return value;
        }

        _faults.Add($"{key} is not set: {advice}");
        return "";
    }

    public int Integer(string key, int otherwise, int minimum, int maximum)
    {
        if (Text(key) is not { } text)
        {
            return otherwise;
        }

        if (int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value)
            && value >= minimum && value <= maximum)
        {
            return value;
        }

        Wrong(key, $"must be a whole number from {minimum} to {maximum} (default {otherwise}).");
        return otherwise;
    }

    public bool Flag(string key, bool otherwise)
    {
        if (Text(key) is not { } text)
        {
            return otherwise;
        }

        if (bool.TryParse(text, out var value))
        {
            return value;
        }

        Wrong(key, "must be true or false.");
        return otherwise;
    }

    public TEnum Choice<TEnum>(string key, TEnum otherwise)
        where TEnum : struct, Enum
    {
        if (Text(key) is not { } text)
        {
            return otherwise;
        }

        // Enum.TryParse takes numbers as well; a setting is a name.
        if (!char.IsAsciiDigit(text[0]) && Enum.TryParse<TEnum>(text, ignoreCase: true, out var value)
            && Enum.IsDefined(value))
        {
            return value;
        }

        Wrong(key, $"must be one of {string.Join(", ", Enum.GetNames<TEnum>())}.");
        return otherwise;
    }

    /// <summary>A duration, set as whole seconds.</summary>
    public TimeSpan Seconds(string key, TimeSpan otherwise, TimeSpan minimum, TimeSpan maximum)
        => TimeSpan.FromSeconds(Integer(
            key, (int)otherwise.TotalSeconds, (int)minimum.TotalSeconds, (int)maximum.TotalSeconds));

    /// <summary>Notes a fault of a setting, with its present value. Never for secrets.</summary>
    public void Wrong(string key, string demand) => _faults.Add($"{key} is \"{configuration[key]}\": it {demand}");

    /// <summary>Notes a fault that is not one setting's alone.</summary>
    public void Fault(string sentence) => _faults.Add(sentence);

    /// <summary>Notes each setting that nobody asked for; to be called last.</summary>
    public void CheckUnknown()
    {
        foreach (var (key, value) in configuration.AsEnumerable())
        {
            if (value is null || _known.Contains(key)
                || key.StartsWith(LoggingSection + ":", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            var nearest = _known.MinBy(known => Distance(key, known));
            var hint = nearest is not null && Distance(key, nearest) <= 1 + (key.Length / 4)
                ? $"did you mean {nearest}?"
                : "remove it, or look its name up in docs/configuration.md.";
            _faults.Add($"{key} is not a setting of this version: {hint}");
        }
    }

    /// <summary>Levenshtein distance, without case.</summary>
    private static int Distance(string a, string b)
    {
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
        {
            row[j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]) ? 0 : 1;
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + cost));
            }
        }

        return row[b.Length];
    }
}
