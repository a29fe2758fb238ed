using Appliance.Grpc.Services;
using Appliance.Grpc.Tests.Protos;
using Appliance.Grpc.Tests.Protos.Shapes;
using Google.Protobuf.Reflection;
using Grpc.Reflection.V1;
using V1Alpha = Grpc.Reflection.V1Alpha;

namespace Appliance.Grpc.Tests.Services;

public sealed class ReflectionSessionTests
{
    private static readonly ReflectionTables s_tables = new(
        [ShapesReflection.Descriptor.Services[0], TestReflection.Descriptor.Services[0]]);

    private readonly ReflectionSession _session = new(s_tables);

    [Fact]
    public void An_answer_repeats_its_question()
    {
        var request = new ServerReflectionRequest { Host = "any.example", ListServices = "*" };
        var answer = _session.Answer(request);
        Assert.Equal("any.example", answer.ValidHost);
        Assert.Equal(request, answer.OriginalRequest);
        Assert.Equal(
            ["appliance.test.Behaviours", "appliance.test.shapes.Shapes"],
            answer.ListServicesResponse.Service.Select(service => service.Name),
            StringComparer.Ordinal);
    }

    [Fact]
    public void A_stream_gets_each_import_once_and_what_it_asks_for_always()
    {
        var drawing = new ServerReflectionRequest { FileContainingSymbol = "appliance.test.shapes.Drawing" };
        var any = new ServerReflectionRequest { FileByFilename = "google/protobuf/any.proto" };
        var type = new ServerReflectionRequest { FileByFilename = "google/protobuf/type.proto" };

        Assert.Equal(
            "google/protobuf/type.proto google/protobuf/any.proto google/protobuf/source_context.proto",
            NamesIn(_session.Answer(type)));
        Assert.Equal("shapes.proto shapes_base.proto google/protobuf/api.proto", NamesIn(_session.Answer(drawing)));
        Assert.Equal("shapes.proto", NamesIn(_session.Answer(drawing)));
        Assert.Equal("google/protobuf/any.proto", NamesIn(_session.Answer(any)));
    }

    [Fact]
    public void Extensions_are_answered()
    {
        const string Extended = "appliance.test.shapes.Extensible";
        var numbers = _session.Answer(new ServerReflectionRequest { AllExtensionNumbersOfType = Extended })
            .AllExtensionNumbersResponse;
        Assert.Equal(Extended, numbers.BaseTypeName);
        Assert.Equal([120, 150], numbers.ExtensionNumber);

        var file = _session.Answer(new ServerReflectionRequest
        {
            FileContainingExtension = new ExtensionRequest { ContainingType = Extended, ExtensionNumber = 150 },
        });
        Assert.StartsWith("shapes.proto ", NamesIn(file), StringComparison.Ordinal);
    }

    public static TheoryData<string, GrpcStatusCode> Refused => new()
    {
        { """{ "fileByFilename": "missing.proto" }""", GrpcStatusCode.NotFound },
        { """{ "fileContainingSymbol": "missing.Name" }""", GrpcStatusCode.NotFound },
        {
            """
            { "fileContainingExtension":
                { "containingType": "appliance.test.shapes.Extensible", "extensionNumber": -1 } }
            """,
            GrpcStatusCode.NotFound
        },
        { """{ "fileContainingExtension": {} }""", GrpcStatusCode.NotFound },
        { """{ "allExtensionNumbersOfType": "missing.Name" }""", GrpcStatusCode.NotFound },
        { """{ "host": "any.example" }""", GrpcStatusCode.InvalidArgument },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_cannot_be_answered_is_an_error_of_its_own(string json, GrpcStatusCode code)
    {
        var request = ServerReflectionRequest.Parser.ParseJson(json);
        var answer = _session.Answer(request);
        Assert.Equal((int)code, answer.ErrorResponse.ErrorCode);
        Assert.NotEmpty(answer.ErrorResponse.ErrorMessage);
        Assert.Equal(request, answer.OriginalRequest);
        Assert.Equal(
            "test.proto", NamesIn(_session.Answer(new ServerReflectionRequest { FileByFilename = "test.proto" })));
    }

    /// <summary>One handler serves both packages, so nothing but names may differ.</summary>
    [Fact]
    public void The_older_package_has_the_same_bytes()
    {
        var v1 = FileDescriptorProto.Parser.ParseFrom(ReflectionReflection.Descriptor.SerializedData).ToString();
        var alpha = FileDescriptorProto.Parser.ParseFrom(V1Alpha.ReflectionReflection.Descriptor.SerializedData);
        alpha.Options.ClearDeprecated();
        Assert.Equal(
            v1,
            alpha.ToString().Replace("v1alpha", "v1", StringComparison.Ordinal)
                .Replace("V1Alpha", "V1", StringComparison.Ordinal));
    }

    private static string NamesIn(ServerReflectionResponse response)
        => string.Join(' ', response.FileDescriptorResponse.FileDescriptorProto
            .Select(content => FileDescriptorProto.Parser.ParseFrom(content).Name));
}
