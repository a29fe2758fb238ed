using System.Security.Cryptography;
using Appliance.Factors;
using Appliance.Ledger;
using Appliance.Pkcs11;
using Appliance.Signing.Provisioning;
using Appliance.Signing.Tests.Keys;
using Appliance.Signing.Tests.Provisioning;
using Appliance.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Signing.Tests;

/// <summary>
/// A whole signature activation module over SoftHSM2 and SQLite, with one signer and a clock that is set.
/// </summary>
internal sealed class SigningFixture : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly CommitLoop _loop;
    private readonly SlotGroup _slots;
    private readonly DemoAuthority _authority;
    private readonly CredentialProvisioning _provisioning;
    private readonly TotpFactors _factors;
    private readonly PasswordLane _passwords;
    private readonly Notices _notices;
    private readonly Dictionary<Guid, byte[]> _secrets = [];

    public SigningFixture(
        SoftHsm hsm, SlotDispatch dispatch = SlotDispatch.Workers, bool askForCode = false)
    {
        var rowKey = RandomNumberGenerator.GetBytes(32);
        Store = Store.Open(new StoreOptions { Path = _directory.File("store.db"), TimeProvider = Time });
        _loop = new CommitLoop(Store, new CommitLoopOptions(), Time, NullLogger<CommitLoop>.Instance);
        var started = Activations.StartAsync(_loop, rowKey, "test", Time, Cancelled).AsTask();
        var activations = started.GetAwaiter().GetResult();
        _slots = new SlotGroup([hsm.Token], new SlotGroupOptions { Sessions = 2, Dispatch = dispatch });
        _authority = DemoAuthority.Create(hsm.Token, "Demo CA", Time);
        var link = new CredentialLink(RandomNumberGenerator.GetBytes(32));
        _provisioning = new CredentialProvisioning(Store, _loop, hsm.Token, link, _authority, Time)
        {
            WrappingKeyMac = RandomNumberGenerator.GetBytes(32),
        };
        Link = link;
        Packages = new PackageAdministration(Store, _loop, link, activations.Packages, Time);
        _factors = new TotpFactors(RandomNumberGenerator.GetBytes(32), new TotpOptions(), Time);
        var codes = RandomNumberGenerator.GetBytes(32);
        _notices = new Notices(RandomNumberGenerator.GetBytes(32), Time);
        _passwords = new PasswordLane(new PasswordHasher(1_000, 1));
        Pins = new PinFactors(codes, _passwords, new CodeOptions(), Time);
        Service = new SigningService(
            Store,
            _loop,
            activations,
            new SignerFactors
            {
                Totp = _factors,
                Pins = Pins,
                Codes = new OneTimeCodes(codes, _notices, new CodeOptions(), Time),
                Contacts = Contacts,
            },
            new Approvals(
                RandomNumberGenerator.GetBytes(32),
                Contacts,
                _notices,
                new LinkAddresses(Time),
                new ApprovalOptions { AskForCode = askForCode, WaitLifetime = TimeSpan.FromMilliseconds(200) },
                Time),
            _slots,
            link,
            RandomNumberGenerator.GetBytes(32),
            new SigningOptions { SadLifetime = TimeSpan.FromMinutes(10) },
            Time,
            NullLogger<SigningService>.Instance);
    }

    public static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public SetTime Time { get; } = new(TimeProvider.System.GetUtcNow());

    public Store Store { get; }

    public SigningService Service { get; }

    /// <summary>As the appliance has it, for tests of what holds when somebody else has it too.</summary>
    public CredentialLink Link { get; }

    public PackageAdministration Packages { get; }

    public PinFactors Pins { get; }

    public Contacts Contacts { get; } = new(RandomNumberGenerator.GetBytes(32));

    public string DatabasePath => _directory.File("store.db");

    public async ValueTask DisposeAsync()
    {
        Service.Dispose();
        _passwords.Dispose();
        _slots.Dispose();
        await _loop.DisposeAsync();
        Store.Dispose();
        _authority.Dispose();
        _directory.Dispose();
    }

    /// <summary>A signer with a paired factor whose present code is fresh.</summary>
    public async Task<Caller> AddSignerAsync(string name, ProfileKind kind = ProfileKind.Person)
    {
        var signer = Guid.CreateVersion7(Time.GetUtcNow());
        var profile = Guid.CreateVersion7(Time.GetUtcNow());
        await WriteAsync(connection =>
        {
            connection.Signers.Insert(new SignerRow(signer, name, name, null, SignerState.Active, 0));
            connection.Profiles.Insert(new ProfileRow(profile, signer, kind, name, 0));
            return true;
        });
        var enrolment = await WriteAsync(connection => _factors.Enrol(connection, signer, name));
        _secrets[signer] = enrolment.Secret.ToArray();
        var status = await WriteAsync(connection => _factors.Activate(connection, signer, Code(signer, -1)));
        Assert.Equal(FactorStatus.Accepted, status);
        return new Caller(signer, Guid.Empty);
    }

    /// <summary>A credential of any state.</summary>
    public async Task<Guid> AddCredentialRowAsync(Caller caller, bool wrapped, bool signingRequest)
    {
        var profile = Store.Read(connection => connection.Profiles.ListBySigner(caller.SignerId)[0]);
        var made = await _provisioning.CreateAsync(
            new CredentialOrder
            {
                SignerId = caller.SignerId,
                ProfileId = profile.Id,
                Subject = new CertificateSubject("Ioana Pop"),
                Algorithm = KeyAlgorithm.EcP256,
                Wrapped = wrapped,
                SigningRequest = signingRequest,
            },
            Cancelled);
        return made.Row.Id;
    }

    public async Task<CredentialInfo> AddCredentialAsync(
        Caller caller,
        KeyAlgorithm algorithm = KeyAlgorithm.EcP256,
        int scal = 2,
        int multisign = 100,
        int years = 1,
        ExtensionPolicy extension = ExtensionPolicy.Nested,
        SadReuse sadReuse = SadReuse.UntilExhausted,
        CredentialFactors factors = CredentialFactors.Totp,
        bool wrapped = false)
    {
        var profile = Store.Read(connection => connection.Profiles.ListBySigner(caller.SignerId)[0]);
        var made = await _provisioning.CreateAsync(
            new CredentialOrder
            {
                SignerId = caller.SignerId,
                ProfileId = profile.Id,
                Subject = new CertificateSubject("Ioana Pop"),
                Algorithm = algorithm,
                Scal = scal,
                Multisign = multisign,
                Years = years,
                Extension = extension,
                SadReuse = sadReuse,
                Factors = factors,
                Wrapped = wrapped,
            },
            Cancelled);
        return Service.FindCredential(caller, made.Row.Id)!;
    }

    /// <summary>The code of the present time step, or one some steps away.</summary>
    public string Code(Guid signer, int steps = 0)
        => Totp.Code(TotpAlgorithm.Sha1, _secrets[signer], Totp.Step(Time.GetUtcNow(), 30) + steps);

    /// <summary>The next time step: a code that was not used yet.</summary>
    public void NextStep() => Time.Advance(TimeSpan.FromSeconds(30));

    public ValueTask<AuthorizeResult> AuthorizeAsync(
        Caller caller, Guid credential, int count, IReadOnlyList<byte[]> hashes, string? code = null)
        => Service.AuthorizeAsync(
            new AuthorizeRequest
            {
                Caller = caller,
                CredentialId = credential,
                SignatureCount = count,
                Hashes = hashes,
                Factors = new SuppliedFactors { OneTimePassword = code ?? Code(caller.SignerId) },
            },
            Cancelled);

    public ValueTask<SignHashResult> SignAsync(
        Caller caller,
        Guid credential,
        string sad,
        IReadOnlyList<byte[]> hashes,
        string? algorithm = null,
        bool isBulk = false,
        string? requestId = null)
        => Service.SignHashAsync(
            new SignHashRequest
            {
                Caller = caller,
                CredentialId = credential,
                Sad = sad,
                Hashes = hashes,
                SignatureAlgorithm = algorithm ?? "1.2.840.10045.4.3.2",
                IsBulk = isBulk,
                RequestId = requestId,
            },
            Cancelled);

    /// <summary>Gives the signer a PIN, and an address where it is reached.</summary>
    public async Task PrepareAsync(Caller caller, string? pin = null, string? phone = null)
    {
        var stored = pin is null ? null : await Pins.SealAsync(caller.SignerId, pin, Cancelled);
        await WriteAsync(connection =>
        {
            if (stored is not null)
            {
                Pins.Set(connection, caller.SignerId, stored);
            }

            Contacts.Set(connection, caller.SignerId, new Contact("ioana@example.com", phone, "en"));
            return true;
        });
    }

    public ValueTask<AuthorizeResult> AuthorizeAsync(
        Caller caller, Guid credential, SuppliedFactors factors, bool waits = false, string description = "")
        => Service.AuthorizeAsync(
            new AuthorizeRequest
            {
                Caller = caller,
                CredentialId = credential,
                SignatureCount = 1,
                Hashes = [SHA256.HashData([1])],
                Factors = factors,
                Waits = waits,
                Description = description,
            },
            Cancelled);

    /// <summary>Takes the signer's next message out of the outbox; null when there is none.</summary>
    public async Task<Notice?> TakeNoticeAsync(Caller caller) => await WriteAsync(connection =>
    {
        var rows = connection.Notices.ListDue(long.MaxValue, acrossChannels: true, 10);
        var row = rows.FirstOrDefault(row => row.SignerId == caller.SignerId);
        if (row is null)
        {
            return null;
        }

        Assert.True(connection.Notices.Lease(row, row.Id, long.MaxValue, long.MaxValue));
        Assert.True(connection.Notices.Delete(row, row.Id));
        return _notices.Open(row);
    });

    public ValueTask<T> WriteAsync<T>(Func<StoreConnection, T> write) => _loop.WriteAsync(write, Cancelled);

    /// <summary>What the trail says, newest first; settled outcomes included.</summary>
    public async Task<IReadOnlyList<AuditEntry>> AuditAsync(AuditEvent? auditEvent = null)
    {
        // A write of our own is behind every outcome that was handed in before it.
        await WriteAsync(_ => true);
        return Store.Read(connection => AuditTrail.Read(connection, new AuditQuery { Event = auditEvent }));
    }
}
