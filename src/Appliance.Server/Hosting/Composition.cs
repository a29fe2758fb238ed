using Appliance.Factors;
using Appliance.Identity;
using Appliance.Ledger;
using Appliance.Pkcs11;
using Appliance.Server.Hosting.Slots;
using Appliance.Server.Options;
using Appliance.Server.Timestamps.Clocks;
using Appliance.Signing;
using Appliance.Signing.Keys;
using Appliance.Signing.Provisioning;
using Appliance.Storage;

namespace Appliance.Server.Hosting;

/// <summary>
/// The one place that builds what the server and the commands stand on: store, commit loop, token, root key and what
/// works with its derived keys. The store is taken at once; the token is logged in when something first asks for it,
/// so that a command that needs no key spends no login.
/// </summary>
internal sealed class Composition : IAsyncDisposable
{
    private const int PageSize = 500;

    /// <summary>One call waits for one commit, while the outcome of the one before may wait for its own.</summary>
    private const int WorkPerCall = 2;

    /// <summary>For the node's own work.</summary>
    private const int LedgerRoom = 256;

    private readonly ApplianceOptions _options;

    /// <summary>Each part is made once, by whoever asks first: commands run beside each other in a server.</summary>
    private readonly Lock _making = new();

    /// <summary>The demo CA on each token that was first of those that are up.</summary>
    private readonly Dictionary<Token, DemoAuthority> _authorities = [];

    private RootKey? _rootKey;
    private CredentialLink? _link;
    private TotpFactors? _factors;
    private AdminDirectory? _admins;
    private Contacts? _contacts;
    private Notices? _notices;
    private PasswordLane? _lane;
    private OneTimeCodes? _codes;
    private OneTimeLinks? _links;
    private PinFactors? _pins;
    private ClientRows? _clients;

    private Composition(
        ApplianceOptions options, Store store, TimeProvider time, ILoggerFactory loggers, bool forceLogin)
    {
        _options = options;
        Time = time;
        Store = store;
        Loop = new CommitLoop(
            store,
            new CommitLoopOptions { QueueLimit = LedgerRoom + (WorkPerCall * options.Limits.MostInWork()) },
            time,
            loggers.CreateLogger<CommitLoop>());
        Slots = new SlotTokens(
            options,
            () => PinMemory.Create(store, Stores.FileBeside(options.Store, "refused-pins"), Loop, time),
            forceLogin,
            loggers.CreateLogger<SlotTokens>());
    }

    /// <summary>The settings.</summary>
    public ApplianceOptions Options => _options;

    public TimeProvider Time { get; }

    public Store Store { get; }

    public CommitLoop Loop { get; }

    public PasswordHasher Passwords { get; } = new();

    /// <summary>The tokens of the group's slots.</summary>
    public SlotTokens Slots { get; }

    /// <summary>The first token that is up, logged in.</summary>
    public Token Token
    {
        get
        {
            lock (_making)
            {
                return Slots.Token;
            }
        }
    }

    public RootKey RootKey => Once(
        ref _rootKey, () => Slots.Unwrap(Store.Read(static connection => connection.RootKeys.List())));

    public CredentialLink Link
        => Once(ref _link, () => new CredentialLink(RootKey.Derive(KeyPurpose.CredentialLink)));

    /// <summary>The demo CA, or null where `appliance init` made none.</summary>
    public DemoAuthority? Authority
    {
        get
        {
            lock (_making)
            {
                var token = Slots.Token;
                if (!_authorities.TryGetValue(token, out var authority)
                    && Store.Read(token, static (connection, token) => DemoAuthority.Load(connection, token))
                        is { } found)
                {
                    authority = found;
                    _authorities.Add(token, found);
                }

                return authority;
            }
        }
    }

    public TotpFactors Factors => Once(ref _factors, () => CreateFactors(_options.Totp.Window));

    /// <summary>Where signers are reached.</summary>
    public Contacts Contacts => Once(ref _contacts, () => new Contacts(RootKey.Derive(KeyPurpose.Contacts)));

    /// <summary>Messages on their way to signers.</summary>
    public Notices Notices => Once(ref _notices, () => new Notices(RootKey.Derive(KeyPurpose.Notices), Time));

    /// <summary>
    /// Where PBKDF2 is computed, for passwords and PINs. Anybody may have one checked: half of the processors at most,
    /// so that signing goes on.
    /// </summary>
    public PasswordLane PasswordLane => Once(
        ref _lane, () => new PasswordLane(Passwords, concurrency: Math.Clamp(Environment.ProcessorCount / 2, 1, 2)));

    /// <summary>Codes that are sent to signers.</summary>
    public OneTimeCodes Codes => Once(
        ref _codes,
        () => new OneTimeCodes(RootKey.Derive(KeyPurpose.Codes), Notices, _options.Factors.ToOptions(), Time));

    /// <summary>Links that are sent to signers.</summary>
    public OneTimeLinks Links => Once(
        ref _links, () => new OneTimeLinks(RootKey.Derive(KeyPurpose.Codes), Time));

    /// <summary>The signers' PINs.</summary>
    public PinFactors Pins => Once(
        ref _pins,
        () => new PinFactors(
            RootKey.Derive(KeyPurpose.Codes), PasswordLane, _options.Factors.ToOptions(), Time));

    /// <summary>Where links lead.</summary>
    public LinkAddresses LinkAddresses => _options.Factors.ToAddresses(Time);

    /// <summary>The MACs of the rows of client applications.</summary>
    public ClientRows Clients => Once(ref _clients, () => new ClientRows(RootKey.Derive(KeyPurpose.ClientRows)));

    /// <summary>What the public key of audit seals is under.</summary>
    public ReadOnlyMemory<byte> SealKeyMac => RootKey.Derive(KeyPurpose.AuditSealKey);

    /// <summary>Where the newest seal is remembered outside of the store.</summary>
    public string SealMemory => Stores.FileBeside(_options.Store, "audit-seal");

    /// <summary>Where the operator's word for this machine's clock is kept.</summary>
    public string ClockMemory => Stores.FileBeside(_options.Store, ClockKeeper.File);

    /// <summary>Who may work the command line.</summary>
    public AdminDirectory Admins
        => Once(ref _admins, () => new AdminDirectory(RootKey.Derive(KeyPurpose.AdminRows), Time));

    /// <summary>Takes the store and starts its commit loop.</summary>
    public static Composition Open(
        ApplianceOptions options, TimeProvider time, ILoggerFactory loggers, bool forceLogin = false)
    {
        var store = Stores.Open(options.Store, time);
        try
        {
            return new Composition(options, store, time, loggers, forceLogin);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>Makes and changes credentials in an admin's name.</summary>
    public CredentialProvisioning CreateProvisioning(string actor)
        => new(Store, Loop, Token, Link, Authority, Time, actor)
        {
            WrappingKeyMac = RootKey.Derive(KeyPurpose.KeyWrappingKey),
        };

    /// <summary>Makes the keys of time-stamping units.</summary>
    public TimestampKeys CreateTimestampKeys() => new(Token, Authority, Time);

    /// <summary>Grants and withdraws packages in an admin's name.</summary>
    public PackageAdministration CreatePackages(string actor)
        => new(
            Store,
            Loop,
            Link,
            new Packages(RootKey.Derive(KeyPurpose.ActivationRows), actor)
            {
                Options = PackageNotices.Create(this, _options.Packages),
            },
            Time);

    /// <summary>Organisations and profiles, changed in an admin's name; null for none.</summary>
    public OrganisationDirectory CreateOrganisations(string? actor)
        => new(Store, Loop, RootKey.Derive(KeyPurpose.OrganisationRows), Time, actor);

    /// <summary>What takes signers out of service and brings them back.</summary>
    public SignerLimits CreateLimits(AccessTokens? tokens = null, Action<Guid>? forget = null) => new(
        Loop,
        Contacts,
        Notices,
        new Approvals(
            RootKey.Derive(KeyPurpose.ApprovalRows),
            Contacts,
            Notices,
            LinkAddresses,
            _options.Approval.ToOptions(),
            Time),
        Time,
        tokens,
        forget);

    /// <summary>Factors with the caller's window: an import pairs with the code of the step before.</summary>
    public TotpFactors CreateFactors(int window)
    {
        var options = new TotpOptions { Issuer = _options.Totp.Issuer, Window = window };
        var notice = new LockNotice(
            Links,
            Notices,
            Contacts,
            LinkAddresses,
            (connection, signerId) => CertificateAddress.Find(connection, signerId, Time.GetUtcNow()));
        return new TotpFactors(RootKey.Derive(KeyPurpose.TotpSecret), options, Time, notice.Send);
    }

    /// <summary>How signers come to their factors and change them.</summary>
    /// <param name="tokens">The validator that must forget ended tokens; null in a command that serves nobody.</param>
    public Enrolment CreateEnrolment(AccessTokens? tokens) => new(
        Store,
        Loop,
        new EnrolmentParts
        {
            Totp = Factors,
            Codes = Codes,
            Links = Links,
            Pins = Pins,
            Contacts = Contacts,
            Notices = Notices,
            Passwords = PasswordLane,
            Addresses = LinkAddresses,
            Resend = TimeSpan.FromMinutes(_options.Factors.ResendMinutes),
        },
        Time,
        tokens);

    /// <summary>All credentials of one signer, or of all (null), oldest first.</summary>
    public IEnumerable<CredentialRow> ListCredentials(Guid? signerId)
    {
        var after = Guid.Empty;
        while (true)
        {
            var from = after;
            var page = Store.Read(connection => signerId is { } id
                ? connection.Credentials.ListBySigner(id, from, PageSize)
                : connection.Credentials.List(from, PageSize));
            foreach (var row in page)
            {
                yield return row;
            }

            if (page.Count < PageSize)
            {
                yield break;
            }

            after = page[^1].Id;
        }
    }

    /// <summary>Puts an event of the node itself into the audit trail.</summary>
    public async Task RecordAsync(AuditEvent auditEvent, CancellationToken cancellationToken)
        => await Loop.WriteAsync(
            connection =>
            {
                var now = Time.GetUtcNow().ToUnixTimeMilliseconds();
                AuditTrail.Append(connection, new AuditRecord { At = now, Event = auditEvent });
                return true;
            },
            cancellationToken);

    public async ValueTask DisposeAsync()
    {
        // The loop first: it flushes what is settled, and checks row MACs until then.
        await Loop.DisposeAsync().ConfigureAwait(false);
        foreach (var authority in _authorities.Values)
        {
            authority.Dispose();
        }

        _rootKey?.Dispose();
        _lane?.Dispose();
        Slots.Dispose();
        Store.Dispose();
    }

    private T Once<T>(ref T? part, Func<T> make)
    {
        lock (_making)
        {
            return part ??= make();
        }
    }
}
