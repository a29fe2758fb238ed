using System.Buffers;
using System.Security.Cryptography;
using Appliance.Server.Csc;
using Appliance.Server.Csc.Fields;
using Appliance.Server.Csc.Inputs;
using Appliance.Server.Csc.Rules;
using Appliance.Timestamping;

namespace Appliance.Server.Timestamps;

/// <summary>From what a client sent to a request of a unit, or the error of the first wrong parameter.</summary>
internal static class TimestampRules
{
    private const int MaxNonceDigits = 2 * StampManner.MaxNonceLength;

    /// <summary>
    /// signatures/timestamp, in the order of the error table (csc-api section 3.2). The table has the length before the
    /// encoding; of a hash that is no Base64, or of an algorithm that nobody knows, there is no length to be wrong.
    /// </summary>
    public static CscError? Read(
        TimestampInput input, TimestampService service, out StampManner? manner, out byte[] request)
    {
        request = [];
        manner = null;
        var isKnown = TimestampRequest.TryFindAlgorithm(input.HashAlgo.Value ?? "", out var algorithm, out var length);
        var hash = input.Hash.Value;
        if (CheckHash(input.Hash) is { } wrong)
        {
            return wrong;
        }

        if (!isKnown)
        {
            return CscErrors.InvalidParameter("hashAlgo");
        }

        if (hash!.Length != length)
        {
            return CscErrors.DigestLength;
        }

        Span<byte> nonce = stackalloc byte[StampManner.MaxNonceLength];
        if (!TryReadHex(input.Nonce, ref nonce))
        {
            return CscErrors.InvalidParameter("nonce");
        }

        var error = ReadManner(service, input.Unit, input.Policy, default, input.CredentialId, out manner);
        if (error is null)
        {
            request = manner!.RequestFor(algorithm, hash, nonce);
        }

        return error;
    }

    /// <summary>timestamps/batch.</summary>
    public static CscError? Read(
        StampBatchInput input, TimestampService service, out StampManner? manner, out HashAlgorithmName algorithm)
    {
        manner = null;
        var isKnown = TimestampRequest.TryFindAlgorithm(
            input.HashAlgorithmOid.Value ?? "", out algorithm, out var length);
        var wrong = input.Hashes.State switch
        {
            HashesState.Absent => CscErrors.MissingArray("hashes"),
            HashesState.Empty => CscErrors.EmptyHashes,
            _ => HashRules.Check(input.Hashes, "hashes"),
        };
        if (wrong is not null)
        {
            return wrong;
        }

        if (!input.HashAlgorithmOid.IsPresent)
        {
            return CscErrors.MissingString("hashAlgorithmOID");
        }

        if (!isKnown)
        {
            return CscErrors.InvalidParameter("hashAlgorithmOID");
        }

        if (input.Hashes.Values.Any(hash => hash.Length != length))
        {
            return CscErrors.DigestLength;
        }

        if (input.Nonce.State is BytesState.WrongType or BytesState.NotBase64
            || input.Nonce.Value?.Length > StampManner.MaxNonceLength)
        {
            return CscErrors.InvalidParameter("nonce");
        }

        return ReadManner(service, input.Unit, input.Policy, input.CertReq, input.CredentialId, out manner);
    }

    /// <summary>What is not of the digests.</summary>
    public static CscError? ReadManner(
        TimestampService service,
        FieldText unitName,
        FieldText policy,
        FieldFlag certReq,
        FieldText credentialId,
        out StampManner? manner)
    {
        manner = null;
        var unit = unitName.State switch
        {
            FieldState.Absent => service.Units[0],
            FieldState.Present => service.Find(unitName.Value),
            _ => null,
        };
        if (unit is null)
        {
            return CscErrors.InvalidParameter("unit");
        }

        if (policy.IsWrongType || (policy.IsPresent && !HasPolicy(unit.Options, policy.Value)))
        {
            return CscErrors.InvalidParameter("policy");
        }

        if (CommonRules.CheckFlag(certReq, "certReq") is { } wrong)
        {
            return wrong;
        }

        Guid? credential = null;
        if (credentialId.State != FieldState.Absent)
        {
            if (CommonRules.ReadCredentialId(credentialId, out var id) is { } unnamed)
            {
                return unnamed;
            }

            credential = id;
        }

        var isLeftOut = certReq.State == FieldState.Absent;
        manner = new StampManner(unit, policy.ValueOrNull, isLeftOut || certReq.Value, credential);
        return null;
    }

    private static bool HasPolicy(TimestampUnitOptions options, string policy)
        => string.Equals(options.DefaultPolicy, policy, StringComparison.Ordinal)
            || options.AcceptedPolicies.Contains(policy, StringComparer.Ordinal);

    private static CscError? CheckHash(FieldBytes hash) => hash.State switch
    {
        BytesState.Present => null,
        BytesState.Empty => CscErrors.EmptyHash,
        BytesState.NotBase64 => CscErrors.HashNotBase64,
        _ => CscErrors.MissingString("hash"),
    };

    /// <summary>A number in hexadecimal, in either case; many languages print an odd number of digits.</summary>
    private static bool TryReadHex(FieldText field, ref Span<byte> number)
    {
        if (field.State == FieldState.Absent)
        {
            number = default;
            return true;
        }

        if (field.IsWrongType || field.Value.Length > MaxNonceDigits)
        {
            return false;
        }

        var digits = field.Value.Length % 2 == 0 ? field.Value : "0" + field.Value;
        var isRead = Convert.FromHexString(digits, number, out _, out var length) == OperationStatus.Done;
        number = number[..length];
        return isRead;
    }
}
