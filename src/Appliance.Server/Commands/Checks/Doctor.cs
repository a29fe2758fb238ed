using System.CommandLine;
using System.Security.Cryptography;
using Appliance.Pkcs11;
using Appliance.Server.Hosting;
using Appliance.Server.Options;
using Appliance.Server.Timestamps.Clocks;
using Appliance.Signing.Keys;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Server.Commands.Checks;

/// <summary>
/// Examines an installation from its options to its certificates. Every check is listed; one that depends on a failed
/// one is skipped and says so. Spends no PIN attempt that the token's flags or the memory of refused PINs forbid.
/// </summary>
internal sealed class Doctor
{
    private const string NoStore = SlotChecks.NoStore;
    private const string NoToken = "The token is not logged in.";

    private const string ServerHasIt = "The server that runs has it; stop it to look closer.";

    private static readonly string[] s_keyChecks =
        ["root key", "admins", "demo CA", "keys", "links", "certificates"];

    /// <summary>What cannot be looked at without options.</summary>
    private static readonly Check[] s_unexamined =
    [
        .. new[] { "listen", "store", "clock", "module", "token", "PIN" }
            .Concat(s_keyChecks)
            .Select(name => new Check(name, CheckResult.Skipped, "The options are wrong.")),
    ];

    private readonly CheckList _list = new();
    private readonly ApplianceOptions _options;
    private readonly TimeProvider _time;
    private readonly bool _forcePin;

    private Doctor(ApplianceOptions options, TimeProvider time, bool forcePin)
    {
        _options = options;
        _time = time;
        _forcePin = forcePin;
    }

    public static async Task<List<Check>> ExamineAsync(
        ParseResult parsed, CommandEnvironment environment, bool forcePin)
    {
        await Task.Yield();
        ApplianceOptions options;
        try
        {
            options = CommandConfiguration.Load(parsed);
        }
        catch (OptionsException error)
        {
            return [.. error.Errors.Select(fault => new Check("options", CheckResult.Failed, fault)), .. s_unexamined];
        }

        var doctor = new Doctor(options, environment.Time, forcePin);
        doctor._list.Ok("options", "complete and consistent");
        if (await ServerChecks.ExamineAsync(doctor._list, parsed, environment).ConfigureAwait(false))
        {
            await doctor.ExamineBesideServerAsync().ConfigureAwait(false);
        }
        else
        {
            await doctor.ExamineAsync().ConfigureAwait(false);
        }

        return doctor._list.Checks;
    }

    private async Task ExamineBesideServerAsync()
    {
        await NotifyChecks.ExamineAsync(_list, _options, _time).ConfigureAwait(false);
        foreach (var name in s_keyChecks.Prepend("PIN").Prepend("clock").Prepend("store").Prepend("listen"))
        {
            _list.Skip(name, ServerHasIt);
        }

        SlotChecks.ExamineBesideServer(_list, _options);
    }

    private async Task ExamineAsync()
    {
        ListenChecks.Examine(_list, _options.Listen, _time.GetUtcNow());
        await NotifyChecks.ExamineAsync(_list, _options, _time).ConfigureAwait(false);
        var composition = OpenStore();
        ClockChecks.Examine(_list, _time, composition?.Store);
        await TimestampClockChecks
            .ExamineAsync(_list, _options.Timestamping, Stores.FileBeside(_options.Store, ClockKeeper.File), _time)
            .ConfigureAwait(false);
        try
        {
            Examine(composition);
        }
        finally
        {
            if (composition is not null)
            {
                await composition.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>A store that is not there yet is not made: that is `init`'s.</summary>
    private Composition? OpenStore()
    {
        if (!_options.Store.IsShared && !File.Exists(_options.Store.Path))
        {
            _list.Fail("store", $"There is no store at {_options.Store.Path}; run `appliance init`.");
            return null;
        }

        return _list.Try("store", () =>
        {
            var composition = Composition.Open(_options, _time, NullLoggerFactory.Instance, _forcePin);
            StoreChecks.Examine(_list, composition);
            LedgerChecks.Examine(_list, composition);
            return composition;
        });
    }

    private void Examine(Composition? composition)
    {
        var slots = SlotChecks.Examine(_list, _options, composition);
        if (composition is null || slots.Count == 0)
        {
            foreach (var name in s_keyChecks.Concat(TimestampChecks.Names(_options.Timestamping)))
            {
                _list.Skip(name, composition is null ? NoStore : NoToken);
            }

            return;
        }

        var rootKey = _list.Try("root key", () => composition.RootKey);
        if (rootKey is not null)
        {
            ReportRootKey(rootKey);
            SlotChecks.ExamineCopies(_list, composition, slots);
            AdminChecks.Examine(_list, composition, _options);
        }
        else
        {
            _list.Skip("admins", "The root key does not unwrap.");
        }

        _list.Look("demo CA", () => ExamineAuthority(composition, composition.Token));
        CredentialChecks.Examine(_list, composition, slots, rootKey is not null, _time.GetUtcNow());
        TimestampChecks.Examine(
            _list, _options.Timestamping, slots.Select(slot => slot.Token!), _time.GetUtcNow());
    }

    private void ReportRootKey(RootKey rootKey)
    {
        if (rootKey.IsLocked)
        {
            _list.Ok("root key", "unwraps");
        }
        else
        {
            _list.Warn("root key", "unwraps, but its memory cannot be locked; raise RLIMIT_MEMLOCK (LimitMEMLOCK).");
        }
    }

    /// <summary>A signature by the token that the certificate verifies: keys, mechanism and certificate fit.</summary>
    private void ExamineAuthority(Composition composition, Token token)
    {
        if (composition.Authority is not { } authority)
        {
            _list.Fail("demo CA", "The store has none; run `appliance init`.");
            return;
        }

        var hash = RandomNumberGenerator.GetBytes(SHA256.HashSizeInBytes);
        var scheme = new SignatureScheme(SignatureKind.EcdsaDer, HashAlgorithmName.SHA256);
        var signature = token.Sign(authority.Key, scheme, hash);
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(authority.Key.SubjectPublicKeyInfo.Span, out _);
        if (!key.VerifyHash(hash, signature, DSASignatureFormat.Rfc3279DerSequence))
        {
            _list.Fail("demo CA", "A signature by its key does not verify against its certificate; restore the token.");
        }
        else
        {
            CertificateChecks.Report(_list, "demo CA", "signs and verifies", authority.NotAfter, _time.GetUtcNow());
        }
    }
}
