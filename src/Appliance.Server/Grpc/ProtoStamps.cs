using Appliance.Server.Csc;
using Appliance.Server.Csc.Fields;
using Appliance.Server.Csc.Inputs;
using Appliance.Server.Timestamps;
using Appliance.Timestamping;
using Google.Protobuf;
using Csc2 = Csc.V2;
using Proto = Appliance.V1;

namespace Appliance.Server.Grpc;

/// <summary>
/// Requests for time stamps as the operations take them, and what they give as messages. Tokens and DER are not copied:
/// nobody writes to them once they were made.
/// </summary>
internal static class ProtoStamps
{
    public static TimestampInput From(Csc2.TimestampRequest request) => new()
    {
        Hash = request.HasHash ? FieldBytes.Of(request.Hash.ToByteArray()) : default,
        HashAlgo = FieldText.Of(request.HashAlgo),
        Nonce = FieldText.Of(request.Nonce),
        Unit = FieldText.Of(request.Unit),
        Policy = FieldText.Of(request.Policy),
        CredentialId = FieldText.Of(request.CredentialId),
    };

    public static Csc2.TimestampResponse From(ReadOnlyMemory<byte> token)
        => new() { Timestamp = UnsafeByteOperations.UnsafeWrap(token) };

    public static StampBatchInput From(Proto.BatchRequest request) => new()
    {
        Hashes = ProtoInputs.Hashes(request.Hashes),
        HashAlgorithmOid = FieldText.Of(request.HashAlgorithmOid),
        Nonce = FieldBytes.Of(request.Nonce.ToByteArray()),
        Unit = FieldText.Of(request.Unit),
        Policy = FieldText.Of(request.Policy),
        CertReq = request.HasCertReq ? FieldFlag.Of(request.CertReq) : default,
        CredentialId = FieldText.Of(request.CredentialId),
    };

    public static Proto.BatchResponse From(StampBatchResult result)
    {
        var response = new Proto.BatchResponse { Token = UnsafeByteOperations.UnsafeWrap(result.Token) };
        response.ArchiveTimestamps.Capacity = result.ArchiveTimestamps.Length;
        foreach (var archive in result.ArchiveTimestamps)
        {
            response.ArchiveTimestamps.Add(UnsafeByteOperations.UnsafeWrap(archive));
        }

        return response;
    }

    /// <summary>What applies to all digests of a request.</summary>
    public static CscError? ReadManner(
        TimestampOperations timestamps, Proto.StampRequest request, out StampManner? manner)
        => timestamps.ReadManner(
            FieldText.Of(request.Unit),
            FieldText.Of(request.Policy),
            request.HasCertReq ? FieldFlag.Of(request.CertReq) : default,
            FieldText.Of(request.CredentialId),
            out manner);

    /// <summary>One digest as the authority takes it, or why it does not.</summary>
    /// <param name="digest">Null where a message has none.</param>
    /// <param name="manner">How it is stamped.</param>
    /// <param name="defaultOid">The hash algorithm of who names none; empty for none.</param>
    public static StampOrder OrderOf(Proto.StampDigest? digest, StampManner manner, string defaultOid)
    {
        if (digest is null)
        {
            return new StampOrder(manner, default, TimestampFailure.BadDataFormat);
        }

        if (digest.HasRequest)
        {
            var isAlone = !digest.HasHash && !digest.HasHashAlgorithmOid && !digest.HasNonce;
            return new StampOrder(
                manner, digest.Request.Memory, isAlone ? TimestampFailure.None : TimestampFailure.BadRequest);
        }

        var oid = digest.HasHashAlgorithmOid ? digest.HashAlgorithmOid : defaultOid;
        if (!TimestampRequest.TryFindAlgorithm(oid, out var algorithm, out var length))
        {
            return new StampOrder(manner, default, TimestampFailure.BadAlgorithm);
        }

        if (digest.Hash.Length != length)
        {
            return new StampOrder(manner, default, TimestampFailure.BadDataFormat);
        }

        return digest.Nonce.Length > StampManner.MaxNonceLength
            ? new StampOrder(manner, default, TimestampFailure.BadRequest)
            : new StampOrder(manner, manner.RequestFor(algorithm, digest.Hash.Span, digest.Nonce.Span));
    }

    public static Proto.StampResponse From(StampOutcome[] outcomes)
    {
        var response = new Proto.StampResponse();
        response.Results.Capacity = outcomes.Length;
        foreach (ref readonly var outcome in outcomes.AsSpan())
        {
            response.Results.Add(new Proto.StampResult { Token = TokenOf(outcome), Failure = FailureOf(outcome) });
        }

        return response;
    }

    public static ByteString TokenOf(in StampOutcome outcome)
        => outcome.Token.IsEmpty ? ByteString.Empty : UnsafeByteOperations.UnsafeWrap(outcome.Token);

    /// <summary>Null when there is a token.</summary>
    public static Proto.StampFailure? FailureOf(in StampOutcome outcome) => outcome.Error is { } error
        ? new Proto.StampFailure
        {
            PkiFailure = TimestampResponse.NameOf(outcome.Failure),
            Status = GrpcErrors.MessageOf(error),
        }
        : null;
}
