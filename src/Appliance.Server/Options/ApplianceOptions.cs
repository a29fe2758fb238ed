namespace Appliance.Server.Options;

/// <summary>
/// All settings: from the JSON file of --config, then environment variables (APPLIANCE__Section__Key), then --set
/// Section:Key=VALUE; the later wins. Checked together at start (<see cref="OptionsReader"/>).
/// </summary>
internal sealed class ApplianceOptions
{
    public StoreSettings Store { get; set; } = new();

    public TokenSettings Token { get; set; } = new();

    /// <summary>Further slots of the group, by the names they are told by.</summary>
    public Dictionary<string, TokenSettings> Slots { get; } = new(StringComparer.OrdinalIgnoreCase);

    public KeySettings Keys { get; set; } = new();

    public ListenSettings Listen { get; set; } = new();

    public AdminSettings Admin { get; set; } = new();

    public TotpSettings Totp { get; set; } = new();

    public FactorsSettings Factors { get; set; } = new();

    public SignInSettings SignIn { get; set; } = new();

    public ClientSettings Clients { get; set; } = new();

    public SigningSettings Signing { get; set; } = new();

    public PackageSettings Packages { get; set; } = new();

    public ApprovalSettings Approval { get; set; } = new();

    public BulkSettings Bulk { get; set; } = new();

    public LedgerSettings Ledger { get; set; } = new();

    public AuditSettings Audit { get; set; } = new();

    public TimestampingSettings Timestamping { get; set; } = new();

    public LimitSettings Limits { get; set; } = new();

    public InfoSettings Info { get; set; } = new();

    public NotifySettings Notify { get; set; } = new();

    public LogSettings Log { get; set; } = new();

    /// <summary>Every slot of the group, the first one first and the others by their names.</summary>
    internal IEnumerable<KeyValuePair<string, TokenSettings>> AllSlots() => Slots
        .OrderBy(slot => slot.Key, StringComparer.OrdinalIgnoreCase)
        .Prepend(new KeyValuePair<string, TokenSettings>(SlotRules.FirstName, Token));
}
