using System.Buffers.Binary;
using System.Security.Cryptography;
using Appliance.Ledger.Macs;
using Appliance.Storage;

namespace Appliance.Ledger;

/// <summary>What must hold in the reservation's transaction before anything is taken from an activation.</summary>
internal static class ActivationRules
{
    public static ReservationStatus Check(
        RowMac mac,
        Guid activationId,
        in ActivationCheck found,
        Guid credentialId,
        Guid signerId,
        Guid clientId,
        long now)
    {
        var expected = mac.OfActivation(ActivationFacts.Of(activationId, found));
        if (!SameMac(expected, found.Mac) || found.Remaining > found.Total)
        {
            return ReservationStatus.Tampered;
        }

        if (found.State != ActivationState.Open ||
            found.CredentialId != credentialId || found.SignerId != signerId || found.ClientId != clientId)
        {
            return ReservationStatus.UnknownActivation;
        }

        if (now >= found.ExpiresAt)
        {
            return ReservationStatus.ActivationExpired;
        }

        if (found.Client != ClientStanding.Good)
        {
            return ReservationStatus.ClientRefused;
        }

        if (found.SignerState != SignerState.Active)
        {
            return ReservationStatus.SignerLimited;
        }

        if (found.CredentialState != CredentialState.Enabled)
        {
            return ReservationStatus.CredentialDisabled;
        }

        if (now < found.NotBefore || now > found.NotAfter)
        {
            return ReservationStatus.CertificateExpired;
        }

        return found.Remaining > 0 ? ReservationStatus.Ok : ReservationStatus.UsedUp;
    }

    /// <summary>What the trail says of signatures that are no documents'.</summary>
    public static string? DetailOf(ActivationPurpose purpose)
        => purpose == ActivationPurpose.TlsLogin ? "tls-login" : null;

    public static bool SameMac(UInt128 left, UInt128 right)
    {
        Span<byte> both = stackalloc byte[32];
        BinaryPrimitives.WriteUInt128BigEndian(both, left);
        BinaryPrimitives.WriteUInt128BigEndian(both[16..], right);
        return CryptographicOperations.FixedTimeEquals(both[..16], both[16..]);
    }
}
