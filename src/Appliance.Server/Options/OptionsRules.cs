using Appliance.Factors;
using Appliance.Server.Admin;
using Appliance.Storage;

namespace Appliance.Server.Options;

/// <summary>The rules of the settings; each error names the setting and says what to do.</summary>
internal static class OptionsRules
{
    public static void Check(ApplianceOptions options, List<string> errors)
    {
        CheckStore(options.Store, errors);
        SlotRules.Check(options, errors);
        CheckKeys(options.Keys, errors);
        CheckAdmin(options, errors);
        CheckListen(options.Listen, errors);
        NotifyRules.Check(options.Notify, errors);
        Range(errors, "Totp:Window", options.Totp.Window, 0, 1);
        Text(errors, "Totp:Issuer", options.Totp.Issuer, 64);
        if (options.Totp.Issuer?.Contains(':', StringComparison.Ordinal) == true)
        {
            errors.Add("Totp:Issuer: take the colon out; authenticators split there.");
        }

        CheckFactors(options.Factors, errors);
        Range(errors, "SignIn:AccessTokenSeconds", options.SignIn.AccessTokenSeconds, 60, 86_400);
        Range(errors, "SignIn:RefreshTokenSeconds", options.SignIn.RefreshTokenSeconds, 3_600, 31_536_000);
        CheckClients(options, errors);
        Range(errors, "Signing:SadLifetimeSeconds", options.Signing.SadLifetimeSeconds, 10, 86_400);
        Range(errors, "Signing:ActivationLifetimeSeconds", options.Signing.ActivationLifetimeSeconds, 10, 86_400);
        Range(
            errors,
            "Signing:SealActivationLifetimeSeconds",
            options.Signing.SealActivationLifetimeSeconds,
            10,
            31_536_000);
        Range(errors, "Signing:OutcomeHours", options.Signing.OutcomeHours, 1, 168);
        PackageRules.Check(options.Packages, errors);
        Range(errors, "Approval:LifetimeSeconds", options.Approval.LifetimeSeconds, 30, 86_400);
        Range(errors, "Approval:WaitSeconds", options.Approval.WaitSeconds, 1, 3_600);
        Range(errors, "Approval:MostWaiting", options.Approval.MostWaiting, 1, 65_536);
        Range(errors, "Approval:MostOfSigner", options.Approval.MostOfSigner, 1, 100);
        Range(errors, "Bulk:MostHashes", options.Bulk.MostHashes, 1, 1_000_000);
        Range(errors, "Bulk:MostOpen", options.Bulk.MostOpen, 1, 1_000);
        Range(errors, "Bulk:OpenSeconds", options.Bulk.OpenSeconds, 60, 86_400);
        Range(errors, "Ledger:SweepAfterHours", options.Ledger.SweepAfterHours, 1, 8_760);
        AuditRules.Check(options.Audit, options.Timestamping, errors);
        TimestampingRules.Check(options.Timestamping, errors);
        Range(errors, "Limits:CallsInFlight", options.Limits.CallsInFlight, 1, 65_536);
        Range(errors, "Limits:BulkCalls", options.Limits.BulkCalls, 1, 65_536);
        Range(errors, "Limits:LongestWaitMilliseconds", options.Limits.LongestWaitMilliseconds, 0, 600_000);
        Range(errors, "Limits:Streams", options.Limits.Streams, 1, 1_024);
        Range(errors, "Limits:StreamItems", options.Limits.StreamItems, 1, 4_096);
        Range(errors, "Limits:StreamItemsInWork", options.Limits.StreamItemsInWork, 1, 65_536);
        Range(errors, "Limits:OpenCalls", options.Limits.OpenCalls, 1, 4_096);
        Range(errors, "Limits:RequestBytes", options.Limits.RequestBytes, 16_384, 67_108_864);
        Range(errors, "Limits:Connections", options.Limits.Connections, 1, 65_536);
        Range(errors, "Limits:DrainSeconds", options.Limits.DrainSeconds, 1, 300);
        Text(errors, "Info:Name", options.Info.Name, 255);
        Text(errors, "Info:Description", options.Info.Description, 255);
        Text(errors, "Info:Lang", options.Info.Lang, 35);
        if (options.Info.Region is not { Length: 2 } region || !region.All(char.IsAsciiLetterUpper))
        {
            errors.Add("Info:Region: must be an ISO 3166-1 alpha-2 code, two capital letters, such as RO.");
        }

        if (!Uri.TryCreate(options.Info.Logo, UriKind.Absolute, out _))
        {
            errors.Add("Info:Logo: must be an absolute URI.");
        }

        if (!Enum.TryParse<LogLevel>(options.Log.Level, ignoreCase: true, out _))
        {
            errors.Add($"Log:Level: must be one of {string.Join(", ", Enum.GetNames<LogLevel>())}.");
        }
    }

    private static void CheckClients(ApplianceOptions options, List<string> errors)
    {
        Range(errors, "Clients:AccessTokenSeconds", options.Clients.AccessTokenSeconds, 60, 86_400);
        Range(errors, "Clients:AssertionSeconds", options.Clients.AssertionSeconds, 10, 3_600);
        Range(errors, "Clients:ClockSkewSeconds", options.Clients.ClockSkewSeconds, 0, 300);
        if (options.Clients.Audiences.Any(string.IsNullOrWhiteSpace))
        {
            errors.Add("Clients:Audiences: each must be a text, as clients put it into aud.");
        }

        if (!string.IsNullOrEmpty(options.Info.OAuth2)
            && (!Uri.TryCreate(options.Info.OAuth2, UriKind.Absolute, out var uri)
                || (!string.Equals(uri.Scheme, Uri.UriSchemeHttps, StringComparison.Ordinal) && !uri.IsLoopback)
                || uri.Query.Length > 0 || uri.Fragment.Length > 0))
        {
            errors.Add("Info:OAuth2: must be an https URI without query, such as https://sign.example.com.");
        }
    }

    private static void CheckKeys(KeySettings keys, List<string> errors)
    {
        if (keys.Store is not (KeySettings.InToken or KeySettings.InStore))
        {
            errors.Add($"Keys:Store: must be {KeySettings.InToken} or {KeySettings.InStore}.");
        }

        Range(errors, "Keys:WrappedOwners", keys.WrappedOwners, 1, 64);
        Range(errors, "Keys:WrappedCache", keys.WrappedCache, 1, 1_000_000);
    }

    private static void CheckStore(StoreSettings store, List<string> errors)
    {
        if (string.IsNullOrWhiteSpace(store.Path) == string.IsNullOrWhiteSpace(store.Postgres))
        {
            errors.Add(
                "Store:Path, Store:Postgres: set exactly one: a file's path, or how to reach a PostgreSQL database.");
        }

        if (store.IsShared)
        {
            Require(errors, "Store:State", store.State, "give this node a folder of its own");
            CheckNode(store.Node, errors);
            if (!string.IsNullOrEmpty(store.PasswordFile))
            {
                RequireFile(errors, "Store:PasswordFile", store.PasswordFile);
            }

            if (!ConnectionText.TryCheck(store.Postgres, out var fault))
            {
                errors.Add($"Store:Postgres: {fault}");
            }
        }

        Range(errors, "Store:Writers", store.Writers, 1, 16);
        Range(errors, "Store:LeaseSeconds", store.LeaseSeconds, 2, 300);
    }

    /// <summary>The name is part of a file's.</summary>
    private static void CheckNode(string? node, List<string> errors)
    {
        if (string.IsNullOrEmpty(node) || node.Length > 64
            || !node.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.'))
        {
            errors.Add("Store:Node: must have 1 to 64 letters, digits, dots, hyphens or underscores.");
        }
    }

    private static void CheckAdmin(ApplianceOptions options, List<string> errors)
    {
        if (AdminSocketPath.Of(options) is { } path && AdminSocketPath.IsTooLong(path))
        {
            errors.Add(
                $"Admin:Socket: {path} is longer than the {AdminSocketPath.MaxBytes} bytes of a socket's path; "
                + "give it a shorter one, such as /run/appliance/admin.sock.");
        }
    }

    private static void CheckFactors(FactorsSettings factors, List<string> errors)
    {
        Range(errors, "Factors:ActivationMinutes", factors.ActivationMinutes, 1, 60);
        Range(errors, "Factors:PairingMinutes", factors.PairingMinutes, 1, 60);
        Range(errors, "Factors:RecoveryMinutes", factors.RecoveryMinutes, 1, 60);
        Range(errors, "Factors:PhoneMinutes", factors.PhoneMinutes, 1, 60);
        Range(errors, "Factors:SigningMinutes", factors.SigningMinutes, 1, 60);
        Range(errors, "Factors:ResendMinutes", factors.ResendMinutes, 1, 1_440);
        Range(errors, "Factors:SigningResendMinutes", factors.SigningResendMinutes, 1, 1_440);
        Range(errors, "Factors:CodeTries", factors.CodeTries, 1, 10);
        Range(errors, "Factors:PinTries", factors.PinTries, 1, 10);
        Range(errors, "Factors:PinDigits", factors.PinDigits, 4, 12);
        Range(errors, "Factors:InvitationDays", factors.InvitationDays, 1, 60);
        Range(errors, "Factors:RecoveryLinkMinutes", factors.RecoveryLinkMinutes, 10, 1_440);
        if (factors.LinkUrl?.Contains(LinkAddresses.TextField, StringComparison.Ordinal) != true
            || !Uri.TryCreate(factors.LinkUrl, UriKind.Absolute, out var link)
            || link.Scheme is not ("https" or "http"))
        {
            errors.Add("Factors:LinkUrl: must be an absolute http(s) address of your portal with {token} in it.");
        }
    }

    private static void CheckListen(ListenSettings listen, List<string> errors)
    {
        var rest = CheckAddress("Listen:Rest", listen.Rest, listen.AllowPlaintext, errors);
        var grpc = CheckAddress("Listen:Grpc", listen.Grpc, listen.AllowPlaintext, errors);
        if (rest?.IsTls == true || grpc?.IsTls == true)
        {
            RequireFile(errors, "Listen:Certificate", listen.Certificate);
            RequireFile(errors, "Listen:CertificateKey", listen.CertificateKey);
        }

        PeerRules.Check(listen, rest?.IsTls == true || grpc?.IsTls == true, errors);
        if (rest is not null && grpc is not null && rest.EndPoint.Port != 0 && rest.EndPoint.Equals(grpc.EndPoint)
            && !(rest.IsTls && grpc.IsTls))
        {
            errors.Add("Listen:Rest, Listen:Grpc: one address for both needs https for both, or give them two ports.");
        }
    }

    private static ListenAddress? CheckAddress(string name, string? text, bool allowPlaintext, List<string> errors)
    {
        if (!ListenAddress.TryParse(text, out var address))
        {
            errors.Add($"{name}: must be http://IP:PORT or https://IP:PORT, such as http://127.0.0.1:8080.");
        }
        else if (!address.IsTls && !address.IsLoopback && !allowPlaintext)
        {
            errors.Add($"{name}: plaintext listens on loopback only; use https, or set Listen:AllowPlaintext to true.");
        }

        return address;
    }

    private static void Require(List<string> errors, string name, string? value, string advice)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            errors.Add($"{name}: is required; {advice}.");
        }
    }

    private static void RequireFile(List<string> errors, string name, string? path)
    {
        if (string.IsNullOrWhiteSpace(path))
        {
            errors.Add($"{name}: is required for https; give it the path of a PEM file.");
        }
        else if (!File.Exists(path))
        {
            errors.Add($"{name}: there is no file {path}.");
        }
    }

    private static void Text(List<string> errors, string name, string? value, int limit)
    {
        if (string.IsNullOrWhiteSpace(value) || value.Length > limit)
        {
            errors.Add($"{name}: must have 1 to {limit} characters.");
        }
    }

    private static void Range(List<string> errors, string name, int value, int low, int high)
    {
        if (value < low || value > high)
        {
            errors.Add($"{name}: must be {low} to {high}, not {value}.");
        }
    }
}
