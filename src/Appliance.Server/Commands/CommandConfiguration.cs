using System.CommandLine;
using Appliance.Server.Options;

namespace Appliance.Server.Commands;

/// <summary>The appliance's options as a command line names them: file, environment, --set.</summary>
internal static class CommandConfiguration
{
    private const string EnvironmentPrefix = "APPLIANCE__";

    /// <summary>Sources in rising precedence.</summary>
    public static IConfigurationRoot Read(ParseResult parsed)
    {
        var builder = new ConfigurationBuilder();
        if (parsed.GetValue(GlobalOptions.Config) is { } file)
        {
            if (!file.Exists)
            {
                throw new CommandException($"There is no configuration file {file.FullName}.");
            }

            builder.AddJsonFile(file.FullName, optional: false, reloadOnChange: false);
        }
        else
        {
            builder.AddJsonFile(Path.GetFullPath("appsettings.json"), optional: true, reloadOnChange: false);
        }

        builder.AddEnvironmentVariables(EnvironmentPrefix);

        // Of several for one option the last one counts.
        builder.AddInMemoryCollection(
            ReadSet(parsed).Reverse().DistinctBy(pair => pair.Key, StringComparer.OrdinalIgnoreCase));
        return builder.Build();
    }

    /// <summary>The validated options.</summary>
    public static ApplianceOptions Load(ParseResult parsed)
        => OptionsReader.Read(Read(parsed));

    private static IEnumerable<KeyValuePair<string, string?>> ReadSet(ParseResult parsed)
    {
        foreach (var pair in parsed.GetValue(GlobalOptions.Set) ?? [])
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1)
            {
                throw new CommandException($"--set takes KEY=VALUE, not \"{pair}\".");
            }

            yield return new KeyValuePair<string, string?>(pair[..equals], pair[(equals + 1)..]);
        }
    }
}
