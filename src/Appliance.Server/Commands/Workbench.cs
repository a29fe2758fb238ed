using System.CommandLine;
using System.Globalization;
using Appliance.Factors;
using Appliance.Identity;
using Appliance.Ledger;
using Appliance.Server.Admin;
using Appliance.Server.Commands.Admins;
using Appliance.Server.Hosting;
using Appliance.Server.Options;
using Appliance.Signing.Provisioning;
using Appliance.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Server.Commands;

/// <summary>What a command works with: the appliance without its wires, a reply, and the usual look-ups.</summary>
internal sealed class Workbench : IAsyncDisposable
{
    /// <summary>The window that accepts the code of the step before.</summary>
    private const int ImportWindow = 1;

    private readonly Composition _composition;
    private readonly LiveAppliance? _live;

    private Workbench(Composition composition, CommandEnvironment environment, CommandReply reply)
    {
        _composition = composition;
        _live = environment.Host?.Live;
        Actor = environment.User.Name;
        Reply = reply;
    }

    public CommandReply Reply { get; }

    /// <summary>In whose name, for the audit trail.</summary>
    public string Actor { get; }

    /// <summary>The running server that carries the command out; null where this process opened the store.</summary>
    public LiveAppliance? Live => _live;

    public Composition Composition => _composition;

    public Store Store => _composition.Store;

    public CommitLoop Loop => _composition.Loop;

    public PasswordHasher Passwords => _composition.Passwords;

    public TotpFactors Factors => _composition.Factors;

    public TotpFactors ImportFactors => _composition.CreateFactors(ImportWindow);

    public CredentialProvisioning Provisioning => field ??= _composition.CreateProvisioning(Actor);

    public PackageAdministration Packages => field ??= _composition.CreatePackages(Actor);

    public Enrolment Enrolment => field ??= _live?.Parts.Enrolment ?? _composition.CreateEnrolment(null);

    public SignerDirectory Directory
        => new(
            Loop,
            _composition.PasswordLane,
            _composition.Time,
            _live?.Parts.Tokens,
            Actor,
            () => _composition.Contacts);

    /// <summary>Organisations and profiles.</summary>
    public OrganisationDirectory Organisations => field ??= _composition.CreateOrganisations(Actor);

    /// <summary>What takes signers out of service and brings them back.</summary>
    public SignerLimits Limits => field ??= _live?.Parts.Limits ?? _composition.CreateLimits();

    /// <summary>The client applications.</summary>
    public ClientDirectory Clients
        => field ??= new(Loop, _composition.Clients, _composition.Time, _live?.Parts.Tokens, Actor);

    /// <summary>What they prove themselves with.</summary>
    public ClientSecrets ClientSecrets => field ??= new(Clients, _composition.Time);

    /// <summary>What persons may ask of their data.</summary>
    public SignerRecords Records => new(Store, Loop, _composition.Time, _live?.Parts.Tokens, Actor);

    /// <summary>Processors that a command may keep busy: beside a server, signing comes first.</summary>
    public int Parallelism => _live is null ? Environment.ProcessorCount : Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>
    /// Takes the store of the configured appliance and checks that the caller may run the command; in a server, which
    /// has done both, what it has.
    /// </summary>
    public static async Task<Workbench> OpenAsync(ParseResult parsed, CommandEnvironment environment)
    {
        var reply = CommandReply.For(parsed, environment);
        if (environment.Host is { } host)
        {
            return new Workbench(host.Live.Composition, environment, reply);
        }

        var options = CommandConfiguration.Load(parsed);
        var composition = Open(options, environment.Time);
        composition.Slots.Passed = reply.Warn;
        try
        {
            var command = (AdminCommand)parsed.CommandResult.Command;
            if (await AdminGate.AdmitAsync(
                    composition, environment.User, command, live: false, CancellationToken.None).ConfigureAwait(false)
                is { } warning)
            {
                reply.Warn(warning);
            }

            return new Workbench(composition, environment, reply);
        }
        catch
        {
            await composition.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static Composition Open(ApplianceOptions options, TimeProvider time)
    {
        try
        {
            return Composition.Open(options, time, NullLoggerFactory.Instance);
        }
        catch (StoreLockedException error)
        {
            var owner = error.OwnerProcessId is { } pid
                ? string.Create(CultureInfo.InvariantCulture, $"process {pid}")
                : "another process";
            throw new CommandException(
                $"The store '{options.Store.Path}' is in use by {owner}, which takes no commands at "
                + $"{AdminSocketPath.Of(options)}: a server that starts or stops, or another command; try again.");
        }
    }

    /// <summary>What this process remembers of a credential that was changed is old now.</summary>
    public void Forget(Guid credentialId) => _live?.Parts.Signing.Forget(credentialId);

    /// <summary>
    /// The subject of a signer's certificates. Its serialNumber tells apart signers of one name, as ETSI EN 319 412-2
    /// (4.2.4) asks; the signer's id says nothing about the person.
    /// </summary>
    public static CertificateSubject SubjectOf(Guid signerId, string displayName)
        => new(displayName, SerialNumber: signerId.ToString("N"));

    /// <summary>A signer by its user name, and its first profile.</summary>
    public (SignerRow Signer, ProfileRow Profile) FindSigner(string userName)
    {
        var signer = Store.Read(userName, static (connection, name) => connection.Signers.FindByUserName(name))
            ?? throw new CommandException(
                $"There is no signer \"{userName}\"; add it by: appliance signer add --user {userName} --name NAME.");
        return FindSigner(signer.Id);
    }

    /// <summary>A signer by its id, and its first profile.</summary>
    public (SignerRow Signer, ProfileRow Profile) FindSigner(Guid id)
        => Store.Read(id, static (connection, id) =>
        {
            var signer = connection.Signers.Find(id) ?? throw new CommandException($"There is no signer {id:D}.");
            var profiles = connection.Profiles.ListBySigner(id);
            return profiles.Count > 0
                ? (signer, profiles[0])
                : throw new CommandException($"Signer {signer.UserName} has no profile; restore the store.");
        });

    /// <summary>A profile by its id; whose it is, provisioning checks.</summary>
    public ProfileRow FindProfile(Guid id)
        => Store.Read(id, static (connection, id) => connection.Profiles.Find(id))
            ?? throw new CommandException($"There is no profile {id:D}; see `signer profile list`.");

    /// <summary>A signer by its id or its user name.</summary>
    public SignerRow FindSignerBy(string idOrName)
        => Guid.TryParseExact(idOrName, "D", out var id)
            ? Store.Read(id, static (connection, id) => connection.Signers.Find(id))
                ?? throw new CommandException($"There is no signer {id:D}.")
            : FindSigner(idOrName).Signer;

    /// <summary>The user name of a signer, or its id where it is not known.</summary>
    public string UserNameOf(Guid signerId)
        => Store.Read(signerId, static (connection, id) => connection.Signers.Find(id)?.UserName)
            ?? signerId.ToString("D");

    public async ValueTask DisposeAsync()
    {
        if (_live is null)
        {
            await _composition.DisposeAsync().ConfigureAwait(false);
        }
    }
}
