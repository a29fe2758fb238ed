using Appliance.Storage.Sql;

namespace Appliance.Storage;

/// <summary>
/// One connection to the store and its tables. Used by one thread at a time. Reading works with or without a
/// transaction; a write outside of one is a transaction of its own.
/// </summary>
public abstract class StoreConnection : IDisposable
{
    private protected StoreConnection(SqlSession session)
    {
        Meta = new MetaTable(session);
        RootKeys = new RootKeyTable(session);
        RefusedPins = new RefusedPinTable(session);
        Signers = new SignerTable(session);
        Profiles = new ProfileTable(session);
        Credentials = new CredentialTable(session);
        Factors = new FactorTable(session);
        AccessTokens = new AccessTokenTable(session);
        Admins = new AdminTable(session);
        Contacts = new ContactTable(session);
        Notices = new NoticeTable(session);
        TlsLogins = new TlsLoginTable(session);
        PackageOrders = new PackageOrderTable(session);
        LimitedCredentials = new LimitedCredentialTable(session);
        Organisations = new OrganisationTable(session);
        Approvals = new ApprovalTable(session);
        OneTimeCodes = new OneTimeCodeTable(session);
        OneTimeLinks = new OneTimeLinkTable(session);
        Pins = new PinTable(session);
        ActivationChunks = new ActivationChunkTable(session);
        Clients = new ClientTable(session);
        ClientSecrets = new ClientSecretTable(session);
        ClientCredentials = new ClientCredentialTable(session);
        ClientAssertions = new ClientAssertionTable(session);
        Revocations = new RevocationTable(session);
    }

    /// <summary>Facts about the installation.</summary>
    public MetaTable Meta { get; }

    /// <summary>The starts of nodes.</summary>
    public abstract IncarnationTable Incarnations { get; }

    /// <summary>The wrapped copies of the root key.</summary>
    public RootKeyTable RootKeys { get; }

    /// <summary>The PINs that tokens refused.</summary>
    public RefusedPinTable RefusedPins { get; }

    /// <summary>The signers.</summary>
    public SignerTable Signers { get; }

    /// <summary>The signers' profiles.</summary>
    public ProfileTable Profiles { get; }

    /// <summary>The credentials and their certificates.</summary>
    public CredentialTable Credentials { get; }

    /// <summary>The signers' factors.</summary>
    public FactorTable Factors { get; }

    /// <summary>The tokens that Identity issued.</summary>
    public AccessTokenTable AccessTokens { get; }

    /// <summary>Who may work the command line.</summary>
    public AdminTable Admins { get; }

    /// <summary>Where signers are reached.</summary>
    public ContactTable Contacts { get; }

    /// <summary>The messages to signers that wait to be delivered.</summary>
    public NoticeTable Notices { get; }

    /// <summary>How many TLS logins signers authorised.</summary>
    public TlsLoginTable TlsLogins { get; }

    /// <summary>The orders of packages that were granted.</summary>
    public PackageOrderTable PackageOrders { get; }

    /// <summary>What limiting signers suspended.</summary>
    public LimitedCredentialTable LimitedCredentials { get; }

    /// <summary>The organisations.</summary>
    public OrganisationTable Organisations { get; }

    /// <summary>Authorisations that wait for the signer's word out of band.</summary>
    public ApprovalTable Approvals { get; }

    /// <summary>The codes that were sent to signers.</summary>
    public OneTimeCodeTable OneTimeCodes { get; }

    /// <summary>The links that were sent to signers.</summary>
    public OneTimeLinkTable OneTimeLinks { get; }

    /// <summary>The signers' PINs.</summary>
    public PinTable Pins { get; }

    /// <summary>The applications that call in their own name.</summary>
    public ClientTable Clients { get; }

    /// <summary>What clients prove themselves with.</summary>
    public ClientSecretTable ClientSecrets { get; }

    /// <summary>Which client may use which credential.</summary>
    public ClientCredentialTable ClientCredentials { get; }

    /// <summary>The assertions that clients have used.</summary>
    public ClientAssertionTable ClientAssertions { get; }

    /// <summary>Whether tokens ended before their time.</summary>
    public RevocationTable Revocations { get; }

    /// <summary>What authorisations granted.</summary>
    public abstract ActivationTable Activations { get; }

    /// <summary>The authorised hash occurrences.</summary>
    public abstract ActivationHashTable ActivationHashes { get; }

    /// <summary>What bulk activations are being filled with.</summary>
    public ActivationChunkTable ActivationChunks { get; }

    /// <summary>Transactions that were paid for.</summary>
    public abstract PackageTable Packages { get; }

    /// <summary>The signatures that a time stamp may cover.</summary>
    public abstract SignatureDigestTable SignatureDigests { get; }

    /// <summary>How many time stamps clients had.</summary>
    public abstract TimestampQuotaTable TimestampQuotas { get; }

    /// <summary>The requests in flight.</summary>
    public abstract ReservationTable Reservations { get; }

    /// <summary>The results of requests that carry an id.</summary>
    public abstract OutcomeTable Outcomes { get; }

    /// <summary>The audit trail.</summary>
    public abstract AuditTable Audit { get; }

    /// <summary>Whether a transaction is open. A failure of the store may have ended it.</summary>
    public abstract bool InTransaction { get; }

    /// <summary>True when it pays to say which rows a transaction is going to look at.</summary>
    public virtual bool TakesKeys => false;

    /// <summary>
    /// True while the end of a transaction is being found out: until then the connection does nothing else.
    /// </summary>
    public virtual bool IsRecovering => false;

    /// <summary>
    /// Gives up finding out how a transaction ended, from any thread: the process is about to end, and the next start
    /// settles what it left.
    /// </summary>
    public virtual void StopRecovering()
    {
    }

    /// <summary>
    /// Called by the thread that uses the connection, now and then while it finds out how a transaction ended, so that
    /// nobody else need wait for that.
    /// </summary>
    public Action? Recovering { get; set; }

    /// <summary>Room for the states of the activation in hand.</summary>
    public OccurrenceStates States { get; } = new();

    /// <summary>Opens a transaction that writes.</summary>
    public void Begin() => Begin(null);

    /// <summary>Opens a transaction that writes, and locks and reads the rows it is going to look at.</summary>
    /// <exception cref="StoreException">Nothing is open.</exception>
    public abstract void Begin(StoreKeys? keys);

    /// <summary>
    /// Makes transactions that decide on what a signer proves itself with come one after the other, on all nodes: from
    /// here to the end of this transaction, what is read of its factors, codes, links and PIN stays true. At once where
    /// one process writes, or where the signer was announced (<see cref="StoreKeys.AddSigner"/>).
    /// </summary>
    public virtual void LockSigner(Guid signerId)
    {
    }

    /// <summary>Makes the transaction durable: it is synced when this returns.</summary>
    /// <exception cref="StoreException">Nothing was committed; the transaction must be rolled back.</exception>
    public abstract void Commit();

    /// <summary>Undoes the open transaction, if there is one.</summary>
    public abstract void Rollback();

    /// <summary>Marks a point in the transaction to which <see cref="UndoSavepoint"/> goes back. No nesting.</summary>
    public abstract void Savepoint();

    /// <summary>Keeps what was done since <see cref="Savepoint"/>.</summary>
    public abstract void KeepSavepoint();

    /// <summary>Undoes what was done since <see cref="Savepoint"/>; the transaction stays open.</summary>
    public abstract void UndoSavepoint();

    /// <summary>What of the store's settings decides whether a commit lasts, and what is wrong with them.</summary>
    public abstract StoreDurability ReadDurability();

    /// <summary>
    /// The clock of a store that nodes share, Unix milliseconds; null where the node's is the only one.
    /// </summary>
    public abstract long? ReadTime();

    /// <summary>Closes the connection; an open transaction is undone.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the connection.</summary>
    protected abstract void Dispose(bool disposing);
}
