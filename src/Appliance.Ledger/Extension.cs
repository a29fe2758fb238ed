using Appliance.Ledger.Macs;
using Appliance.Storage;

namespace Appliance.Ledger;

/// <summary>
/// The rules of extendTransaction (csc-api 4.4). An extension never adds signatures, and adds hashes only as the
/// credential's policy lets it.
/// </summary>
internal static class Extension
{
    private const int NotThere = int.MaxValue;

    public static ExtendResult Apply(
        Activations activations,
        StoreConnection store,
        Guid activationId,
        NewActivation extension,
        in ExtensionRules rules)
    {
        var request = extension.Request;
        if (!store.Activations.TryCheck(activationId, store.States, out var found))
        {
            return ExtendResult.Refused(ReservationStatus.UnknownActivation);
        }

        var status = Check(activations, activationId, found, request, rules);
        var expiresAt = Math.Min(request.ExpiresAt, found.AuthorisedAt + rules.Lifetime);
        if (status == ReservationStatus.Ok && expiresAt <= request.Now)
        {
            status = ReservationStatus.ActivationExpired;
        }

        if (status != ReservationStatus.Ok)
        {
            return ExtendResult.Refused(status);
        }

        return found.Scal == 2 && request.Hashes.Count == 0
            ? Prolong(activations, store, activationId, found, expiresAt)
            : CarryOver(activations, store, activationId, found, extension, rules.Policy, expiresAt);
    }

    private static ReservationStatus Check(
        Activations activations,
        Guid activationId,
        in ActivationCheck found,
        in ActivationRequest request,
        in ExtensionRules rules)
    {
        var status = ActivationRules.Check(
            activations.Mac,
            activationId,
            found,
            request.CredentialId,
            request.SignerId,
            request.ClientId,
            request.Now);
        if (status != ReservationStatus.Ok)
        {
            return status;
        }

        // No hashes are let go once they bind, and a SAD that was put off is void.
        if (found.Scal > request.Scal || (rules.SadExpiresAt != 0 && rules.SadExpiresAt != found.ExpiresAt))
        {
            return ReservationStatus.UnknownActivation;
        }

        // It is for a moment, and for a few signatures of its own.
        if (found.Purpose != ActivationPurpose.Sign)
        {
            return ReservationStatus.ExtensionRefused;
        }

        if (found.CredentialVersion != rules.CredentialVersion)
        {
            return ReservationStatus.CredentialChanged;
        }

        return found.Remaining < request.Hashes.Count ? ReservationStatus.Exhausted : ReservationStatus.Ok;
    }

    /// <summary>
    /// The same hashes for longer: however many they are, one row changes. Each SAD of an activation has another end.
    /// </summary>
    private static ExtendResult Prolong(
        Activations activations,
        StoreConnection store,
        Guid activationId,
        in ActivationCheck found,
        long expiresAt)
    {
        var end = expiresAt == found.ExpiresAt ? expiresAt - 1 : expiresAt;
        var facts = ActivationFacts.Of(activationId, found) with { ExpiresAt = end };
        store.Activations.Prolong(found.Sequence, end, activations.Mac.OfActivation(facts));
        return new ExtendResult(ReservationStatus.Ok, activationId, found.Scal, found.Remaining, end, []);
    }

    private static ExtendResult CarryOver(
        Activations activations,
        StoreConnection store,
        Guid activationId,
        in ActivationCheck found,
        NewActivation extension,
        ExtensionPolicy policy,
        long expiresAt)
    {
        var request = extension.Request;
        var total = found.Remaining;
        List<byte[]> added = [];
        if (found.Scal == 2)
        {
            if (FindAdded(activations, store, activationId, found.Sequence, extension) is not { } unknown)
            {
                return ExtendResult.Refused(ReservationStatus.Tampered);
            }

            added = unknown;

            // Signatures that the signer authorised without naming a hash. A hash that is dropped takes its signature
            // with it: else it would make room for one that the signer never saw.
            var open = found.Total - found.Given;
            if (policy != ExtensionPolicy.Seal)
            {
                total = request.Hashes.Count - added.Count + open;
            }

            if ((policy == ExtensionPolicy.None && added.Count > 0)
                || (policy != ExtensionPolicy.Seal && added.Count > open))
            {
                return ExtendResult.Refused(ReservationStatus.ExtensionRefused);
            }
        }

        store.Activations.Close(found.Sequence);
        var row = Activations.Row(request, total, extension.HashMacs.Length) with
        {
            ExpiresAt = expiresAt,
            AuthorisedAt = found.AuthorisedAt,
        };
        activations.Insert(store, row, extension);
        return new ExtendResult(
            ReservationStatus.Ok, request.ActivationId, request.Scal, total, expiresAt, added);
    }

    /// <summary>The new hashes that the activation does not authorise; null when one of its rows was edited.</summary>
    private static List<byte[]>? FindAdded(
        Activations activations, StoreConnection store, Guid activationId, long sequence, NewActivation extension)
    {
        var hashes = extension.Request.Hashes;
        var ordinals = new int[hashes.Count];
        var added = new List<byte[]>();
        for (var i = 0; i < hashes.Count; i++)
        {
            var before = extension.Before is null || extension.Before[i] < 0 ? -1 : ordinals[extension.Before[i]];
            ordinals[i] = NotThere;
            if (before == NotThere || !store.ActivationHashes.TryFind(
                sequence, hashes[i], before + 1, store.States, out var ordinal, out var mac))
            {
                added.Add(hashes[i]);
                continue;
            }

            if (ordinal < 0 || !ActivationRules.SameMac(
                mac, activations.Mac.OfHash(activationId, ordinal, hashes[i])))
            {
                return null;
            }

            store.States[ordinal] = OccurrenceState.Used;
            ordinals[i] = ordinal;
        }

        return added;
    }
}
