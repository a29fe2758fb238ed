using System.CommandLine;
using System.Security.Cryptography;
using System.Text;

namespace Appliance.Server.Commands.Timestamps;

/// <summary>Which authority is asked, and for what: options of the commands that ask one.</summary>
internal sealed class TsaOptions
{
    /// <summary>Where an access token may be instead of a file.</summary>
    public const string AccessTokenVariable = "APPLIANCE_ACCESS_TOKEN";

    private const int LongestToken = 16 * 1024;

    private readonly Option<string?> _url = new("--url")
    {
        Description = "Any RFC 3161 authority; default: the appliance of the configuration (Listen:Rest).",
        HelpName = "URL",
    };

    private readonly Option<string?> _unit = new("--unit")
    {
        Description = "A unit of the configured appliance; default: its default unit.",
        HelpName = "NAME",
    };

    private readonly Option<string> _hash = new("--hash")
    {
        Description = "SHA256, SHA384, SHA512, SHA3-256, SHA3-384 or SHA3-512.",
        HelpName = "HASH",
        DefaultValueFactory = static _ => "SHA256",
    };

    private readonly Option<string?> _policy = new("--policy")
    {
        Description = "The policy that the token must be under; default: the authority's own.",
        HelpName = "OID",
    };

    private readonly Option<FileInfo?> _accessToken = new("--access-token-file")
    {
        Description = "A file with an access token; default: none, for the configured appliance the environment's "
            + $"{AccessTokenVariable}.",
        HelpName = "FILE",
    };

    private readonly Option<bool> _noCertificates = new("--no-certificates")
    {
        Description = "Smaller tokens, without the authority's certificates; verifying needs them from elsewhere.",
    };

    private readonly Option<bool> _force = new("--force") { Description = "Replaces files that are there." };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_url, _unit, _hash, _policy, _accessToken, _noCertificates, _force])
        {
            command.Add(option);
        }
    }

    public HashAlgorithmName HashOf(ParseResult parsed) => HashName.Parse(parsed.GetValue(_hash)!);

    public bool IsForced(ParseResult parsed) => parsed.GetValue(_force);

    public TsaQuestion NewQuestion(ParseResult parsed, byte[] digest)
        => new(HashOf(parsed), digest, parsed.GetValue(_policy), !parsed.GetValue(_noCertificates));

    /// <summary>The authority that a command line means.</summary>
    /// <exception cref="CommandException">It means none.</exception>
    public TsaTarget TargetOf(ParseResult parsed)
    {
        var (url, unit) = (parsed.GetValue(_url), parsed.GetValue(_unit));
        // A token of the environment is for the configured appliance; a URL may be anybody's.
        var token = AccessTokenOf(parsed, fromEnvironment: url is null);
        if (url is null)
        {
            return TsaTarget.Of(CommandConfiguration.Read(parsed), unit, token);
        }

        return unit is null
            ? TsaTarget.At(url, token)
            : throw new CommandException("--unit is for the configured appliance; a URL names the unit itself.");
    }

    private string? AccessTokenOf(ParseResult parsed, bool fromEnvironment)
    {
        if (parsed.GetValue(_accessToken) is not { } file)
        {
            if (!fromEnvironment)
            {
                return null;
            }

            var text = Environment.GetEnvironmentVariable(AccessTokenVariable);
            return string.IsNullOrWhiteSpace(text) ? null : Checked(text.Trim(), AccessTokenVariable);
        }

        var content = FileContent.Read(file.FullName, LongestToken);
        return Checked(Encoding.UTF8.GetString(content).Trim(), file.FullName);
    }

    /// <summary>One token of RFC 6750: what else there is would be an invalid header, shown in an exception.</summary>
    private static string Checked(string token, string source)
        => token.Length > 0 && token.All(letter => letter is > ' ' and < '\x7f')
            ? token
            : throw new CommandException($"{source} holds no access token: one line of letters and digits.");
}
