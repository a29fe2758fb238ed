using Grpc.Reflection.V1;

namespace Appliance.Grpc.Services;

/// <summary>Answers the requests of one stream, and knows which files it has sent.</summary>
internal sealed class ReflectionSession(ReflectionTables tables)
{
    private readonly bool[] _sent = new bool[tables.FileCount];

    public ServerReflectionResponse Answer(ServerReflectionRequest request)
    {
        var response = new ServerReflectionResponse { ValidHost = request.Host, OriginalRequest = request };
        switch (request.MessageRequestCase)
        {
            case ServerReflectionRequest.MessageRequestOneofCase.FileByFilename:
                Send(
                    response,
                    tables.FileByName(request.FileByFilename),
                    "No served contract has a file of this name; give it as imports do.");
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.FileContainingSymbol:
                Send(
                    response,
                    tables.FileContaining(request.FileContainingSymbol),
                    "No served contract declares this name; give it in full, without a leading dot.");
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.FileContainingExtension:
                var asked = request.FileContainingExtension;
                Send(
                    response,
                    tables.FileContaining(asked.ContainingType, asked.ExtensionNumber),
                    "No served contract declares this extension.");
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.AllExtensionNumbersOfType:
                SendNumbers(response, request.AllExtensionNumbersOfType);
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.ListServices:
                response.ListServicesResponse = new ListServiceResponse
                {
                    Service = { tables.ServiceNames.Select(name => new ServiceResponse { Name = name }) },
                };
                break;
            default:
                Refuse(response, GrpcStatusCode.InvalidArgument, "The request asks for nothing; set one field.");
                break;
        }

        return response;
    }

    /// <summary>
    /// The file asked for, even when it was sent before: a client that asks did not keep it. Of its imports, those that
    /// were not.
    /// </summary>
    private void Send(ServerReflectionResponse response, ReflectionFile? file, string otherwise)
    {
        if (file is null)
        {
            Refuse(response, GrpcStatusCode.NotFound, otherwise);
            return;
        }

        var files = response.FileDescriptorResponse = new FileDescriptorResponse();
        files.FileDescriptorProto.Add(file.Content);
        _sent[file.Index] = true;
        foreach (var import in file.Imports)
        {
            if (!_sent[import.Index])
            {
                files.FileDescriptorProto.Add(import.Content);
                _sent[import.Index] = true;
            }
        }
    }

    private void SendNumbers(ServerReflectionResponse response, string type)
    {
        if (tables.ExtensionNumbersOf(type) is { } numbers)
        {
            response.AllExtensionNumbersResponse = new ExtensionNumberResponse
            {
                BaseTypeName = type,
                ExtensionNumber = { numbers },
            };
        }
        else
        {
            Refuse(response, GrpcStatusCode.NotFound, "No served contract declares this message.");
        }
    }

    private static void Refuse(ServerReflectionResponse response, GrpcStatusCode code, string message)
        => response.ErrorResponse = new ErrorResponse { ErrorCode = (int)code, ErrorMessage = message };
}
