using System.Runtime.InteropServices;
using Appliance.Pkcs11.Interop;

namespace Appliance.Pkcs11.Hosting;

/// <content>Operations with keys.</content>
internal sealed unsafe partial class CallServer
{
    private delegate CKR OutputCall(byte* output, CULong* length);

    private CKR? ServeOperations(
        HostedFunction function, ref FrameReader reader, CallArguments arguments, FrameWriter answer)
    {
        var number = reader.UInt64();
        if (!TryFind(number, out var session))
        {
            return reader.IsBad ? null : CKR.CKR_SESSION_HANDLE_INVALID;
        }

        switch (function)
        {
            case HostedFunction.C_EncryptInit or HostedFunction.C_DecryptInit
                or HostedFunction.C_SignInit or HostedFunction.C_VerifyInit:
                return Init(function, session, ref reader, arguments);
            case HostedFunction.C_Encrypt or HostedFunction.C_Decrypt or HostedFunction.C_Sign:
                return Operate(function, session, ref reader, arguments, answer);
            case HostedFunction.C_Verify:
                var data = reader.Bytes();
                var signature = reader.Bytes();
                return reader.IsWhole
                    ? _api.C_Verify(
                        session,
                        arguments.CopyOf(data),
                        new CULong((uint)data.Length),
                        arguments.CopyOf(signature),
                        new CULong((uint)signature.Length))
                    : null;
            case HostedFunction.C_GenerateKey:
                var how = arguments.Mechanism(ref reader);
                var template = arguments.Template(ref reader, out var count);
                CULong key = default;
                return reader.IsWhole
                    ? Handle(_api.C_GenerateKey(session, how, template, count, &key), key, answer)
                    : null;
            case HostedFunction.C_GenerateKeyPair:
                return GenerateKeyPair(session, ref reader, arguments, answer);
            case HostedFunction.C_WrapKey:
                return WrapKey(session, ref reader, arguments, answer);
            case HostedFunction.C_UnwrapKey:
                return UnwrapKey(session, ref reader, arguments, answer);
            default:
                return null;
        }
    }

    private CKR? Init(HostedFunction function, CULong session, ref FrameReader reader, CallArguments arguments)
    {
        var mechanism = arguments.Mechanism(ref reader);
        var key = CallArguments.Number(ref reader);
        return !reader.IsWhole ? null : function switch
        {
            HostedFunction.C_EncryptInit => _api.C_EncryptInit(session, mechanism, key),
            HostedFunction.C_DecryptInit => _api.C_DecryptInit(session, mechanism, key),
            HostedFunction.C_SignInit => _api.C_SignInit(session, mechanism, key),
            _ => _api.C_VerifyInit(session, mechanism, key),
        };
    }

    private CKR? Operate(
        HostedFunction function,
        CULong session,
        ref FrameReader reader,
        CallArguments arguments,
        FrameWriter answer)
    {
        var bytes = reader.Bytes();
        var input = arguments.CopyOf(bytes);
        var length = new CULong((uint)bytes.Length);
        return Output(ref reader, arguments, answer, (output, outputLength) => function switch
        {
            HostedFunction.C_Encrypt => _api.C_Encrypt(session, input, length, output, outputLength),
            HostedFunction.C_Decrypt => _api.C_Decrypt(session, input, length, output, outputLength),
            _ => _api.C_Sign(session, input, length, output, outputLength),
        });
    }

    private CKR? GenerateKeyPair(
        CULong session, ref FrameReader reader, CallArguments arguments, FrameWriter answer)
    {
        var mechanism = arguments.Mechanism(ref reader);
        var publicTemplate = arguments.Template(ref reader, out var publicCount);
        var privateTemplate = arguments.Template(ref reader, out var privateCount);
        if (!reader.IsWhole)
        {
            return null;
        }

        CULong publicKey;
        CULong privateKey;
        var returnValue = _api.C_GenerateKeyPair(
            session, mechanism, publicTemplate, publicCount, privateTemplate, privateCount, &publicKey, &privateKey);
        if (returnValue == CKR.CKR_OK)
        {
            answer.UInt64(publicKey.Value).UInt64(privateKey.Value);
        }

        return returnValue;
    }

    private CKR? WrapKey(CULong session, ref FrameReader reader, CallArguments arguments, FrameWriter answer)
    {
        var mechanism = arguments.Mechanism(ref reader);
        var wrapper = CallArguments.Number(ref reader);
        var key = CallArguments.Number(ref reader);
        return Output(
            ref reader,
            arguments,
            answer,
            (output, length) => _api.C_WrapKey(session, mechanism, wrapper, key, output, length));
    }

    private CKR? UnwrapKey(CULong session, ref FrameReader reader, CallArguments arguments, FrameWriter answer)
    {
        var mechanism = arguments.Mechanism(ref reader);
        var wrapper = CallArguments.Number(ref reader);
        var wrapped = reader.Bytes();
        var template = arguments.Template(ref reader, out var count);
        if (!reader.IsWhole)
        {
            return null;
        }

        CULong key;
        var returnValue = _api.C_UnwrapKey(
            session,
            mechanism,
            wrapper,
            arguments.CopyOf(wrapped),
            new CULong((uint)wrapped.Length),
            template,
            count,
            &key);
        return Handle(returnValue, key, answer);
    }

    /// <summary>The counterpart of the parent's: room comes, length and bytes go.</summary>
    private static CKR? Output(ref FrameReader reader, CallArguments arguments, FrameWriter answer, OutputCall call)
    {
        var hasRoom = reader.Flag();
        var room = reader.UInt64();
        if (!reader.IsWhole || room > RemoteCall.MaxOutput)
        {
            return null;
        }

        var output = hasRoom ? arguments.Allocate((int)room) : null;
        var length = new CULong((nuint)room);
        var returnValue = call(output, &length);
        if (returnValue is CKR.CKR_OK or CKR.CKR_BUFFER_TOO_SMALL)
        {
            answer.UInt64(length.Value);
            answer.Bytes(returnValue == CKR.CKR_OK && hasRoom
                ? new ReadOnlySpan<byte>(output, (int)Math.Min(length.Value, room))
                : []);
        }

        return returnValue;
    }
}
