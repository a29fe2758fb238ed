using Appliance.Ledger.Leases;
using Appliance.Ledger.Macs;
using Appliance.Storage;

namespace Appliance.Ledger;

/// <summary>
/// The activations: what was authorised and what is left of it. Made once at start, which
/// also settles what earlier runs left open.
/// </summary>
public sealed class Activations : IAsyncDisposable
{
    private const int RowKeyLength = 32;

    private readonly NodeLease _lease;

    private Activations(ReadOnlyMemory<byte> rowKey, NodeLease lease)
    {
        Mac = new RowMac(rowKey);
        Packages = new Packages(Mac);
        _lease = lease;
    }

    /// <summary>
    /// This run of this node; every reservation names it. A new one begins when others took it for dead.
    /// </summary>
    public long Incarnation => _lease.Incarnation;

    /// <summary>
    /// Whether a token may be asked for what is reserved: not when this node's lease on a shared store has run out, as
    /// others may take it for dead.
    /// </summary>
    public bool MayDispatch => _lease.IsHeld;

    /// <summary>What was paid for.</summary>
    public Packages Packages { get; }

    internal RowMac Mac { get; }

    /// <inheritdoc cref="StartAsync(CommitLoop, ReadOnlyMemory{byte}, LeaseOptions, TimeProvider, CancellationToken)"/>
    /// <param name="loop">As there.</param>
    /// <param name="rowKey">As there.</param>
    /// <param name="node">The node's name.</param>
    /// <param name="time">As there.</param>
    /// <param name="cancellationToken">As there.</param>
    public static ValueTask<Activations> StartAsync(
        CommitLoop loop,
        ReadOnlyMemory<byte> rowKey,
        string node,
        TimeProvider time,
        CancellationToken cancellationToken)
        => StartAsync(loop, rowKey, new LeaseOptions { Node = node }, time, cancellationToken);

    /// <summary>
    /// Begins an incarnation: whatever an earlier one had reserved and not settled may have been signed, so it becomes
    /// spent, with an audit record and a log line that say how much.
    /// </summary>
    /// <param name="loop">The commit loop; nothing can be reserved before this has completed.</param>
    /// <param name="rowKey">The key of the row MACs, 32 bytes, kept alive and unchanged by the caller.</param>
    /// <param name="lease">The node's name, and for how long it is taken for alive.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public static async ValueTask<Activations> StartAsync(
        CommitLoop loop,
        ReadOnlyMemory<byte> rowKey,
        LeaseOptions lease,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(loop);
        ArgumentNullException.ThrowIfNull(lease);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentException.ThrowIfNullOrEmpty(lease.Node, nameof(lease));
        if (rowKey.Length != RowKeyLength)
        {
            throw new ArgumentException($"The row key has {RowKeyLength} bytes.", nameof(rowKey));
        }

        return new Activations(rowKey, await NodeLease.StartAsync(loop, lease, time, cancellationToken));
    }

    /// <summary>Stops renewing the lease; called before the loop is stopped.</summary>
    public ValueTask DisposeAsync() => _lease.DisposeAsync();

    /// <summary>Makes an activation's MACs on the caller's thread, ready for <see cref="Open"/>.</summary>
    /// <exception cref="ArgumentException">
    /// The total is below 1 or below the number of hashes, or a hash has not 1 to 64 bytes.
    /// </exception>
    public NewActivation Prepare(in ActivationRequest request)
    {
        // SCAL1 binds no hashes: its rows come into being as they are reserved.
        var hashes = request.Scal == 1 ? [] : request.Hashes;
        if (request.Total < 1 || hashes.Count > request.Total)
        {
            throw new ArgumentException(
                "An activation grants at least one signature, and one per hash.", nameof(request));
        }

        var macs = new UInt128[hashes.Count];
        for (var i = 0; i < macs.Length; i++)
        {
            if (hashes[i].Length is < 1 or > RowMac.MaxHashLength)
            {
                throw new ArgumentException("A hash has 1 to 64 bytes.", nameof(request));
            }

            macs[i] = Mac.OfHash(request.ActivationId, i, hashes[i]);
        }

        return new NewActivation(request, macs);
    }

    /// <summary>Opens an activation in the transaction that is open. Its audit record is the caller's to add.</summary>
    public void Open(StoreConnection store, NewActivation activation)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(activation);
        var request = activation.Request;
        Insert(store, Row(request, request.Total, activation.HashMacs.Length), activation);
    }

    /// <summary>
    /// Extends an activation, in the transaction that is open; its SAD is void afterwards. With hashes, what is left is
    /// carried over to a new activation that authorises them only. Without, the same activation lives on, and one that
    /// is bound to no hashes goes over to a new one. Its audit record is the caller's to add.
    /// </summary>
    /// <param name="store">The loop's connection.</param>
    /// <param name="activationId">The activation to extend.</param>
    /// <param name="extension">
    /// The new one: of the same credential, signer and client, and of SCAL 2 where it has hashes. Its total is ignored.
    /// </param>
    /// <param name="rules">What holds for it.</param>
    public ExtendResult Extend(
        StoreConnection store, Guid activationId, NewActivation extension, in ExtensionRules rules)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(extension);
        return Extension.Apply(this, store, activationId, extension, rules);
    }

    internal static ActivationRow Row(in ActivationRequest request, int total, int given) => new(
        request.ActivationId,
        request.CredentialId,
        request.SignerId,
        request.ClientId,
        ActivationState.Open,
        request.Scal,
        total,
        total,
        request.ExpiresAt,
        request.Now,
        0)
    {
        Given = given,
        AuthorisedAt = request.Now,
        Purpose = request.Purpose,
    };

    internal long Insert(StoreConnection store, ActivationRow row)
        => store.Activations.Insert(row with { Mac = Mac.OfActivation(ActivationFacts.Of(row)) });

    internal void Insert(StoreConnection store, ActivationRow row, NewActivation activation)
    {
        var sequence = Insert(store, row);
        for (var i = 0; i < activation.HashMacs.Length; i++)
        {
            store.ActivationHashes.Insert(sequence, i, activation.Request.Hashes[i], activation.HashMacs[i]);
        }
    }
}
