using System.CommandLine;
using Appliance.Factors;
using Appliance.Identity;
using Appliance.Ledger;
using Appliance.Server.Hosting;
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
    private PasswordLane? _passwordLane;

    private Workbench(Composition composition, CommandReply reply)
    {
        _composition = composition;
        Reply = reply;
    }

    public CommandReply Reply { get; }

    public Composition Composition => _composition;

    public Store Store => _composition.Store;

    public CommitLoop Loop => _composition.Loop;

    public PasswordHasher Passwords => _composition.Passwords;

    public TotpFactors Factors => _composition.Factors;

    public TotpFactors ImportFactors => _composition.CreateFactors(ImportWindow);

    public CredentialProvisioning Provisioning => _composition.Provisioning;

    public PackageAdministration Packages => _composition.Packages;

    public SignerDirectory Directory
        => new(Loop, _passwordLane ??= new PasswordLane(Passwords), _composition.Time);

    /// <summary>Takes the store of the configured appliance.</summary>
    public static async Task<Workbench> OpenAsync(ParseResult parsed, CommandEnvironment environment)
    {
        // The command line hears signals only once an action has given control back.
        await Task.Yield();
        var options = CommandConfiguration.Load(parsed);
        var composition = Composition.Open(options, environment.Time, NullLoggerFactory.Instance);
        return new Workbench(composition, CommandReply.For(parsed, environment));
    }

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

    /// <summary>The user name of a signer, or its id where it is not known.</summary>
    public string UserNameOf(Guid signerId)
        => Store.Read(signerId, static (connection, id) => connection.Signers.Find(id)?.UserName)
            ?? signerId.ToString("D");

    public async ValueTask DisposeAsync()
    {
        _passwordLane?.Dispose();
        await _composition.DisposeAsync().ConfigureAwait(false);
    }
}
